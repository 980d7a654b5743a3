package publish

import (
	"fmt"
	"io"
)

// Printing is what a format may use beside the review.
type Printing struct {
	// Color asks for colours, in formats that people read in a terminal.
	Color bool
	// All lists what is created and updated in place too.
	All bool
	// Version is that of the program; empty where it is not known.
	Version string
	// Excerpts are the changed lines, for formats that have Lines set.
	Excerpts Excerpts
}

// Format is a form in which a review is printed.
type Format struct {
	// Name is what --format takes. The golden files have a part of that name.
	Name string
	// About is its line in docs/output.md.
	About string
	// Lines is set where it shows the changed lines.
	Lines bool
	// Write prints a review.
	Write func(w io.Writer, m Markdown, with Printing) error
}

// Formats are all of them, the default first. The flag, the golden files and the
// documentation follow from it.
func Formats() []Format {
	return []Format{
		{"text", "for a terminal; the default", false, func(w io.Writer, m Markdown, with Printing) error {
			return Text(w, m, TextOptions{Color: with.Color, All: with.All})
		}},
		{"json", "for programs", false, func(w io.Writer, m Markdown, _ Printing) error { return JSON(w, m) }},
		{"markdown", "the check run's summary, at most 65,535 characters", false, func(w io.Writer, m Markdown, _ Printing) error {
			_, err := io.WriteString(w, Document(m, MaxText))
			return err
		}},
		{"sarif", "for viewers and code scanning", false, func(w io.Writer, m Markdown, with Printing) error {
			return SARIF(w, m.Report, with.Version)
		}},
		{"html", "a page for a browser, in one file", true, HTML},
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
