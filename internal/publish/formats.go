package publish

import (
	"fmt"
	"io"
)

// Format is a form in which a review is printed.
type Format struct {
	// Name is what --format takes. The golden files have a part of that name.
	Name string
	// About is its line in docs/output.md.
	About string
	// Write prints a review. Colours are for formats that people read in a
	// terminal.
	Write func(w io.Writer, m Markdown, color bool) error
}

// Formats are all of them, the default first. The flag, the golden files and the
// documentation follow from it.
func Formats() []Format {
	return []Format{
		{"text", "for a terminal; the default", func(w io.Writer, m Markdown, color bool) error {
			return Text(w, m, TextOptions{Color: color})
		}},
		{"json", "for programs", func(w io.Writer, m Markdown, _ bool) error { return JSON(w, m.Report, m.Decision) }},
		{"markdown", "the check run's summary, at most 65,535 characters", func(w io.Writer, m Markdown, _ bool) error {
			_, err := io.WriteString(w, Document(m, MaxText))
			return err
		}},
		{"sarif", "for viewers and code scanning", func(w io.Writer, m Markdown, _ bool) error { return SARIF(w, m.Report) }},
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
