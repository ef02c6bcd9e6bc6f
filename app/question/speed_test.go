package question

import (
	"strings"
	"testing"
	"time"
)

// The longest URL of the worst kind is judged in time: the inbox judges every one that comes.
func TestReadURLIsFast(t *testing.T) {
	for _, host := range []string{
		strings.Repeat("日", 2700), strings.Repeat("日.", 2000), strings.Repeat("xn--", 2000), "xn--" + strings.Repeat("a9", 4000), strings.Repeat("xn--a9z.", 1000), strings.Repeat("ア꠸", 1300),
	} {
		began := time.Now()
		ReadURL("https://" + host + "/")
		if took := time.Since(began); took > time.Second {
			t.Errorf("%.20s…: %s", host, took)
		}
	}
}
