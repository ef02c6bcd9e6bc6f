package app

import "testing"

func TestSafeLink(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"https://example.com/a(b)~c", "https://example.com/a%28b%29%7Ec"},
		{"http://127.0.0.1:8080/x?y=1", "http://127.0.0.1:8080/x?y=1"},
		{"mailto:a@example.com", "mailto:a@example.com"},
		{"javascript:alert(1)", ""},
		{"file:///etc/passwd", ""},
		{"vscode://evil", ""},
		{"smb://host/share", ""},
		{"https://user:pw@example.com", ""},
		{"https:///nohost", ""},
		{"https://example.com/\nX", ""},
		{"//example.com", ""},
		{"", ""},
	} {
		got, err := safeLink(tt.in)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("safeLink(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}
