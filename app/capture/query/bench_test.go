package query

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkMillion decides for a million entries that are in memory. Of a stored million, reading adds to it.
func BenchmarkMillion(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	s := &items{list: map[uint64]*item{}}
	list := make([]*item, 1000)
	for i := range list {
		list[i] = randomItem(r)
		list[i].Seq = uint64(i + 1)
		s.list[list[i].Seq] = list[i]
	}
	for _, c := range []struct{ name, filter string }{
		{"equal", "method:tools/call"},
		{"glob", "name:search*"},
		{"regexp", "name:/^sea/"},
		{"status", "status:error"},
		{"number", "ms:>500"},
		{"conn", "conn:everything*"},
		{"time", "since:5m"},
		{"four", "method:tools/call status:error ms:>100 -dir:out"},
		{"or", "method:ping OR method:tools/list OR http:4xx"},
		{"header", "header:www-authenticate"},
		{"body", "body:nowhere"},
		{"text", "nowhere"},
		{"json", "json:$.a.b[1]=two"},
	} {
		b.Run(c.name, func(b *testing.B) {
			f, err := Parse(c.filter)
			if err != nil {
				b.Fatal(err)
			}
			m := f.Bind(s.context())
			hits := 0
			for b.Loop() {
				for range 1000 {
					for _, it := range list {
						if m.Match(0, &it.Entry, s) {
							hits++
						}
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/million")
		})
	}
}
