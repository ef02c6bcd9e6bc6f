//go:build e2e

package e2e

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestSignInWithoutAKeyring keeps the token in memory, says so where the token is, and needs a sign-in after a restart.
func TestSignInWithoutAKeyring(t *testing.T) {
	p, o, b := newGuardedPeer(t, "http", time.Hour), newOpener(t), startBrowser(t)
	a := start(t, options{env: []string{o.env(), noKeyring(t)}})
	a.record()
	a.addServer("Guarded", "http", p.url)
	a.refusedConnect("Guarded")
	a.signInAs(o, b, "ada")
	a.say("from memory")
	a.says(a.identity(), "memory only", "in memory: gone with this run")
	a.says(mainish, "Kept in memory only.", "No keychain can be used")
	a.says(css("nav"), "No keychain: secrets last for this run")
	a.shot("memory")
	a.restart()
	a.click(saved("Guarded"))
	a.click(button("Connect"))
	a.says(next, "A token is needed")
	a.quit()
	a.mustNotHold(p.secrets(t)...)
	a.mustNotKeep(o.states(t)...)
}

// prompt is the number of the keyring's own window at the X server.
func (a *app) prompt() string {
	a.t.Helper()
	var all []string
	a.poll("the keyring's prompt", func() bool {
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--class", "gcr-prompter").Output()
		all = strings.Fields(string(out))
		return err == nil && len(all) > 0
	})
	return all[len(all)-1]
}

// TestSignInWithALockedKeyring raises the keyring's prompt, which nobody answers: the window says so, goes on and lets
// the sign-in be given up.
func TestSignInWithALockedKeyring(t *testing.T) {
	const secret = "locked-4f1d77aa-value-to-hide"
	p, o, k := newGuardedPeer(t, "http", time.Hour), newOpener(t), startKeyring(t)
	a := start(t, options{env: []string{o.env(), k.env()}})
	a.record()
	a.addServer("Keyed", "http", p.url)
	a.keys(saved("Keyed"), f2)
	a.click(role("button", "Add header").in(dialog))
	a.fill(role("textbox", "Name of header 1").in(dialog), "X-Api-Key")
	a.fill(role("textbox", "Value of X-Api-Key").in(dialog), secret)
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
	a.addServer("Guarded", "http", p.url)
	a.refusedConnect("Guarded")
	k.lock(t)
	a.click(role("button", "Sign in").in(next))
	a.prompt()
	a.says(css("nav"), "The keychain is asking for its password")
	a.says(next, "waiting for your answer to its prompt")
	a.responsive(t)
	a.shot("prompt")
	a.connect("Sample server") // another server is not held up
	a.click(saved("Guarded"))
	a.click(role("button", "Cancel").in(next))
	a.says(next, "Cancelled")
	a.shot("cancelled")
	a.quit()
	// The one that was stored before the keyring was locked; the sign-in got none.
	a.mustNotHold(secret)
}

// TestSignInWithAKeyringThatAnswers has a user who refuses the keyring's prompt: the token is kept in memory, which the
// window says; then one who unlocks it: the token outlives the program.
func TestSignInWithAKeyringThatAnswers(t *testing.T) {
	for name, unlock := range map[string]bool{"refused": false, "unlocked": true} {
		t.Run(name, func(t *testing.T) {
			p, o, b, k := newGuardedPeer(t, "http", time.Hour), newOpener(t), startBrowser(t), startKeyring(t)
			a := start(t, options{env: []string{o.env(), k.env()}})
			a.record()
			a.addServer("Guarded", "http", p.url)
			a.refusedConnect("Guarded")
			k.lock(t)
			a.click(role("button", "Sign in").in(next))
			var url string
			a.poll("the browser to be opened", func() bool { // each prompt is answered alike
				a.answerPrompt(unlock)
				urls := o.opened(t)
				if len(urls) > 0 {
					url = urls[0]
				}
				return url != ""
			})
			b.logIn(url, "ada")
			b.allow()
			a.poll("the connection", func() bool {
				a.answerPrompt(unlock)
				return a.count(role("button", "Disconnect")) > 0
			})
			a.say("hello")
			shown := a.identity()
			if unlock {
				a.says(shown, "in the keychain")
			} else {
				a.says(shown, "memory only")
				a.says(mainish, "Kept in memory only.", "its prompt was refused or not answered")
			}
			a.shot("identity")
			if unlock {
				a.restart()
				a.connect("Guarded")
			}
			if !unlock { // the user thinks better of it
				a.click(button("Try the keychain again"))
				a.poll("the token to be in the keychain", func() bool {
					a.answerPrompt(true)
					return a.count(text("in memory: gone with this run")) == 0
				})
				a.says(shown, "in the keychain")
				a.shot("kept")
				a.restart()
				a.connect("Guarded")
			}
			a.quit()
			a.mustNotHold(p.secrets(t)...)
			a.mustNotKeep(o.states(t)...)
		})
	}
}

// answerPrompt answers the keyring's prompt when it is up.
func (a *app) answerPrompt(unlock bool) {
	a.t.Helper()
	out, err := exec.Command("xdotool", "search", "--onlyvisible", "--class", "gcr-prompter").Output()
	if err != nil {
		return // none is up
	}
	keys := [][]string{{"key", "Escape"}}
	if unlock {
		keys = [][]string{{"key", "ctrl+a"}, {"type", keyringPassword}, {"key", "Return"}}
	}
	for _, w := range strings.Fields(string(out)) {
		_ = exec.Command("xdotool", "windowfocus", w).Run() // it may be gone
		for _, k := range keys {
			if now, err := exec.Command("xdotool", "getwindowfocus").Output(); err != nil || strings.TrimSpace(string(now)) != w {
				break // it went while it was answered: these keys would press a button of the window behind it
			}
			_ = exec.Command("xdotool", k...).Run()
		}
	}
}
