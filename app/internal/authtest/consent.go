package authtest

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// hiddenField is a hidden input of a form, as the built-in sample's consent page writes it.
var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// Consent plays a user's browser at the built-in protected sample: it opens the authorization URL, answers the consent
// page as user ("ada", "grace") with allow or not, and follows the redirect to the client's listener. For one user at
// one time it suits auth.Config.Browser.
func Consent(ctx context.Context, target, user string, allow bool) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	t := &http.Transport{DisableKeepAlives: true}
	defer t.CloseIdleConnections()
	c := &http.Client{Transport: t, Jar: jar}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	page, at, err := load(c, r)
	if err != nil {
		return err
	}
	form := url.Values{"user": {user}, "answer": {"deny"}}
	if allow {
		form.Set("answer", "allow")
	}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	if !form.Has("ask") {
		return fmt.Errorf("open %s: this is no consent page: %.300s", target, page)
	}
	at.RawQuery = ""
	r, err = http.NewRequestWithContext(ctx, http.MethodPost, at.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", at.Scheme+"://"+at.Host)
	_, _, err = load(c, r)
	return err
}

// load sends a request and reads the page it ends at.
func load(c *http.Client, r *http.Request) (page string, at *url.URL, err error) {
	res, err := c.Do(r)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return "", nil, err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return "", nil, fmt.Errorf("%s %s: %s: %.300s", r.Method, r.URL.Path, res.Status, b)
	}
	return string(b), res.Request.URL, nil
}
