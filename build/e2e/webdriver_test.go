//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"time"
)

// webdriver speaks the W3C WebDriver protocol to a driver's process of its own.
type webdriver struct {
	base    string // http://127.0.0.1:port
	session string // its path, empty before open and after close
	client  http.Client
	cmd     *exec.Cmd
}

// webdriverError is an error that the driver reported, not a failure to reach it.
type webdriverError struct {
	Code    string `json:"error"`
	Message string `json:"message"`
}

func (e *webdriverError) Error() string { return e.Code + ": " + e.Message }

// elementKey is the name of the member that holds an element's reference (WebDriver, section 12.1).
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// send makes one call and decodes its value into out, when out is not nil.
func (w *webdriver) send(method, path string, body, out any) error {
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequest(method, w.base+path, &b)
	if err != nil {
		return err
	}
	res, err := w.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("%s %s: status %d: %q", method, path, res.StatusCode, raw)
	}
	if res.StatusCode != http.StatusOK {
		var e webdriverError
		if json.Unmarshal(answer.Value, &e) == nil && e.Code != "" {
			return &e
		}
		return fmt.Errorf("%s %s: status %d: %s", method, path, res.StatusCode, answer.Value)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, out)
}

func (w *webdriver) do(method, path string, body, out any) error {
	if w.session == "" {
		return errors.New("there is no session")
	}
	if body == nil && method == http.MethodPost {
		body = struct{}{}
	}
	return w.send(method, w.session+path, body, out)
}

// webkit are the capabilities of a session with the window of a program.
func webkit(binary string) map[string]any {
	return map[string]any{"webkitgtk:browserOptions": map[string]any{"binary": binary, "args": []string{}}}
}

// open begins a session: the driver starts the program that the capabilities name and waits for its window.
func (w *webdriver) open(capabilities map[string]any) error {
	var s struct {
		SessionID string `json:"sessionId"`
	}
	capabilities["timeouts"] = map[string]any{"script": patience.Milliseconds(), "pageLoad": patience.Milliseconds()}
	if err := w.send(http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": capabilities}}, &s); err != nil {
		return err
	}
	w.session = "/session/" + s.SessionID
	return nil
}

// close ends the session; the program may be gone already.
func (w *webdriver) close() {
	if w.session != "" {
		w.client.Timeout = 10 * time.Second
		_ = w.send(http.MethodDelete, w.session, nil, nil)
		w.client.Timeout = patience
		w.session = ""
	}
}
