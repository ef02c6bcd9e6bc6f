package rules

import (
	"fmt"
	"slices"
)

// item is a pointer to what a list of the book holds.
type item[T any] interface {
	*T
	named() (id, name *string)
}

func (r *Rule) named() (id, name *string)     { return &r.ID, &r.Name }
func (t *Template) named() (id, name *string) { return &t.ID, &t.Name }

// put adds one to a list that has most at most, or puts it in the place of the one with its id.
func put[T any, P item[T]](list []T, one T, isNew bool, most int, what string) ([]T, error) {
	id, _ := P(&one).named()
	i := slices.IndexFunc(list, func(o T) bool {
		has, _ := P(&o).named()
		return *has == *id
	})
	switch {
	case i >= 0:
		list[i] = one
	case !isNew:
		return nil, errGone
	case len(list) >= most:
		return nil, fmt.Errorf("there are %d %s already", most, what)
	default:
		list = append(list, one)
	}
	return list, nil
}

// clean is a copy of a list with at most most items, each with an id of its own and a name of one line.
func clean[T any, P item[T]](list []T, most int) []T {
	out := slices.Clone(list[:min(len(list), most)])
	seen := map[string]bool{}
	for i := range out {
		id, own := P(&out[i]).named()
		if *id == "" || seen[*id] {
			*id = newID()
		}
		seen[*id] = true
		*own = name(*own)
	}
	return out
}
