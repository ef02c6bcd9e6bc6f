package profile

import (
	"strings"
	"testing"
)

func TestProtocolIsChecked(t *testing.T) {
	for want, p := range map[string]Protocol{
		"protocol.off[0]":              {Off: []string{"everything"}},
		"protocol.roots[0].uri":        {Roots: []Root{{URI: "https://example.com/"}}},
		"protocol.roots[1].name":       {Roots: []Root{{URI: "file:///a"}, {URI: "file:///b", Name: "a\nb"}}},
		"protocol.meta":                {Meta: `[1]`},
		"protocol.logLevel":            {LogLevel: "loud"},
		"protocol.limits.rounds":       {Limits: Limits{Rounds: -1}},
		"protocol.limits.messageBytes": {Limits: Limits{MessageBytes: maxMessageBytes + 1}},
	} {
		err := Validate(Profile{Name: "a", Transport: Stdio, Command: "true", Protocol: p})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one of %s", p, err, want)
		}
	}
	good := Protocol{Off: Switches(), Roots: []Root{{URI: "file:///a", Name: "A"}}, Meta: `{"a":1}`, LogLevel: "info"}
	if err := Validate(Profile{Name: "a", Transport: Stdio, Command: "true", Protocol: good}); err != nil {
		t.Error(err)
	}
	if good.Declares(SwitchRoots) || !(Protocol{}).Declares(SwitchRoots) {
		t.Error("a switch that is off is declared, or one that is on is not")
	}
}
