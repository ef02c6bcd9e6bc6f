package rules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/question"
)

// Templates returns the saved answers in order of their names, the file, and what is wrong with the file.
func (b *Book) Templates() (list []Template, file, problem string) {
	list, _, problem = b.templates.all()
	return slices.Clone(list), b.templates.path, problem
}

// CheckTemplate says what is wrong with a template.
func CheckTemplate(t Template) []string {
	var out []string
	if t.Method != question.MethodElicit && t.Method != question.MethodSample && t.Method != question.MethodRoots {
		out = append(out, fmt.Sprintf("The method %q is none that a server asks with.", t.Method))
	}
	if name(t.Name) == "" {
		out = append(out, "It has no name.")
	}
	if len(t.Content)+len(t.Text)+len(t.Data)+len(t.Message) > maxContent {
		out = append(out, fmt.Sprintf("The answer is longer than %d MiB.", maxContent>>20))
	}
	switch t.Kind {
	case KindResult, KindAccept:
		out = append(out, isObject("answer", t.Content)...)
	case KindError:
		out = append(out, isJSON("data", t.Data)...)
	case KindDecline, KindCancel, KindMalformed:
	default:
		out = append(out, fmt.Sprintf("An answer of kind %q cannot be kept.", string(t.Kind)))
	}
	return out
}

// SaveTemplate adds (empty id) or changes a template.
func (b *Book) SaveTemplate(t Template) (Template, error) {
	if found := CheckTemplate(t); len(found) > 0 {
		return t, errors.New(strings.Join(found, " "))
	}
	t.Name = name(t.Name)
	isNew := t.ID == ""
	if isNew {
		t.ID = newID()
	}
	err := b.templates.change(func(list []Template) ([]Template, error) {
		return put(list, t, isNew, maxTemplates, "saved answers")
	})
	return t, err
}

// DeleteTemplate removes a template; one that is gone already is no error.
func (b *Book) DeleteTemplate(id string) error {
	return b.templates.change(func(list []Template) ([]Template, error) {
		return slices.DeleteFunc(list, func(t Template) bool { return t.ID == id }), nil
	})
}

func cleanTemplates(list []Template) []Template {
	out := clean(list, maxTemplates)
	slices.SortStableFunc(out, func(x, y Template) int { return cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	return out
}

// Sampler returns the settings of the endpoint that answers sampling questions, the file, and what is wrong with it.
func (b *Book) Sampler() (settings Sampler, file, problem string) {
	list, _, problem := b.sampler.all()
	if len(list) > 0 {
		settings = list[0]
	}
	return settings, b.sampler.path, problem
}

// SetSampler keeps them.
func (b *Book) SetSampler(s Sampler) error {
	return b.sampler.change(func([]Sampler) ([]Sampler, error) { return []Sampler{s}, nil })
}
