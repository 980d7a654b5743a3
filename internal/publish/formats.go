package publish

import (
	"fmt"
	"io"

	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Printing is what a format may use beside the review.
type Printing struct {
	// Color asks for colours, in formats that people read in a terminal.
	Color bool
	// Version is that of the program; empty where it is not known.
	Version string
}

// Format is a form in which a review is printed.
type Format struct {
	// Name is what --format takes. The golden files have a part of that name.
	Name string
	// About is its line in docs/output.md.
	About string
	// Write prints a review.
	Write func(w io.Writer, report review.Report, decision review.Decision, with Printing) error
}

// Formats are all of them, the default first. The flag, the golden files and the
// documentation follow from it.
func Formats() []Format {
	return []Format{
		{"text", "for a terminal; the default", func(w io.Writer, report review.Report, decision review.Decision, with Printing) error {
			return Text(w, report, decision, TextOptions{Color: with.Color})
		}},
		{"json", "for programs", func(w io.Writer, report review.Report, decision review.Decision, _ Printing) error {
			return JSON(w, report, decision)
		}},
		{"markdown", "the check run's summary, at most 65,535 characters",
			func(w io.Writer, report review.Report, decision review.Decision, _ Printing) error {
				_, err := io.WriteString(w, Document(Markdown{Report: report, Decision: decision}, MaxText))
				return err
			}},
		{"sarif", "for viewers and code scanning", func(w io.Writer, report review.Report, _ review.Decision, with Printing) error {
			return SARIF(w, report, with.Version)
		}},
	}
}

// FormatNamed finds a format by its name.
func FormatNamed(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("there is no output format %q", name)
}
