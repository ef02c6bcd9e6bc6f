package capture

import (
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
)

// decode reads the fields in need of a segment into items, which it grows as needed and returns. Fields that were not
// asked for are zero.
func (c *codec) decode(items []item, s *segment, need query.Need) ([]item, error) {
	items = slices.Grow(items[:0], s.count)[:s.count]
	clear(items)
	if err := c.numbering(items, s, need); err != nil {
		return nil, err
	}
	for _, t := range c.texts {
		if need&t.need == 0 {
			continue
		}
		r, ok, err := c.open(s, t.id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		c.dict = r.texts(c.dict)
		for i := range items {
			if n := r.uint(); n < uint64(len(c.dict)) {
				*t.at(&items[i].Entry) = c.dict[n]
			} else {
				r.fail()
			}
		}
		if r.bad {
			return nil, errDamaged
		}
	}
	clear(c.dict)
	if need&query.NeedFindings != 0 {
		if err := c.decodeFindings(items, s); err != nil {
			return nil, err
		}
	}
	if need&needRefs != 0 {
		if err := c.decodeRefs(items, s); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// open decompresses a column into the codec's buffer.
func (c *codec) open(s *segment, id byte) (columnReader, bool, error) {
	r, ok, err := s.read(id, c.buf)
	if cap(r.b) > cap(c.buf) {
		c.buf = r.b
	}
	return r, ok, err
}

// numbering reads the columns of numbers.
func (c *codec) numbering(items []item, s *segment, need query.Need) error {
	r, ok, err := c.open(s, colSeq)
	if err != nil || !ok && s.count > 0 {
		return errDamaged
	}
	var last int64
	for i := range items {
		last += r.int()
		items[i].Seq = uint64(last)
	}
	if r.bad {
		return errDamaged
	}
	if need&query.NeedTime != 0 {
		if r, _, err = c.open(s, colTime); err != nil {
			return err
		}
		last = 0
		for i := range items {
			last += r.int()
			items[i].Time = last
		}
	}
	for _, n := range c.numbers {
		if need&n.need == 0 {
			continue
		}
		r, ok, err := c.open(s, n.id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for i := range items {
			if v := r.int(); v != 0 {
				n.set(&items[i].Entry, v)
			}
		}
		if r.bad {
			return errDamaged
		}
	}
	return nil
}

// findings are the texts of all findings of a segment, and which of them its entries have, one after the other; nil
// without any.
func (c *codec) findings(s *segment) (texts []string, which []int, err error) {
	r, ok, err := c.open(s, colFindings)
	if err != nil || !ok {
		return nil, nil, err
	}
	texts = r.texts(nil)
	which = []int{}
	for len(r.b) > 0 {
		which = append(which, r.length(max(len(texts)-1, 0)))
	}
	if r.bad {
		return nil, nil, errDamaged
	}
	return texts, which, nil
}

func (c *codec) decodeFindings(items []item, s *segment) error {
	texts, which, err := c.findings(s)
	if err != nil || which == nil {
		return err
	}
	counts, _, err := c.open(s, colFindings|0x80)
	if err != nil {
		return err
	}
	for i := range items {
		n := counts.length(len(which))
		for _, w := range which[:n] {
			if w >= len(texts) {
				return errDamaged
			}
			items[i].Findings = append(items[i].Findings, texts[w])
		}
		which = which[n:]
	}
	if counts.bad || len(which) > 0 {
		return errDamaged
	}
	return nil
}

func (c *codec) decodeRefs(items []item, s *segment) error {
	r, ok, err := c.open(s, colRefs)
	if err != nil || !ok {
		return err
	}
	var last [partCount]ref
	for i := range items {
		have := r.uint()
		for p := range partCount {
			if have&(1<<p) == 0 {
				continue
			}
			l := &last[p]
			block := int64(l.block) + r.int()
			off := int64(l.off) + l.size + r.int()
			size := r.uint()
			if block <= 0 || block > 1<<32-1 || off < 0 || off > pieceLen || size > maxStoredBody {
				return errDamaged
			}
			*l = ref{uint32(block), uint32(off), int64(size)}
			items[i].refs[p] = *l
		}
	}
	if r.bad {
		return errDamaged
	}
	return nil
}
