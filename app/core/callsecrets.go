package core

import (
	"fmt"
	"regexp"

	"github.com/sightglass-dev/sightglass/app/collection"
	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// maskedText is a placeholder of a credential, as the tap writes it: no secret.
var maskedText = regexp.MustCompile(`‹[a-z]+ #[0-9a-fA-F]{4,}›`)

// looksSecret finds what the form of a server finds, and what an export warns of.
func looksSecret(name, value string) (yes bool, why string) {
	value = maskedText.ReplaceAllString(value, "$${x}")
	if yes, why = profile.LooksSecret(name, value); yes {
		return yes, why
	}
	if kind := export.Credential(value); kind != "" {
		return true, "the value holds " + kind
	}
	return false, ""
}

// CallSuspects lists the values of saved calls that look like credentials: they stand in a file that is made to be read
// and handed on.
func CallSuspects(col *collection.Collection) []CallSuspect { return callSuspects(col, nil) }

func callSuspects(col, before *collection.Collection) []CallSuspect {
	return each(col.Suspects(looksSecret, before), func(s collection.Suspect) CallSuspect { return CallSuspect(s) })
}

// suspectError says that values look like credentials.
type suspectError struct {
	found []CallSuspect
}

func (e *suspectError) Error() string {
	return fmt.Sprintf("%s looks like a credential: %s", e.found[0].Where, e.found[0].Why)
}

// withoutSecrets makes a collection ready to be written and returns the values that became secret variables.
func withoutSecrets(col, before *collection.Collection, secrets string) (map[string]string, error) {
	switch secrets {
	case SecretsKeep:
		return nil, nil
	case SecretsHide:
		return col.Hide(looksSecret), nil
	}
	if found := callSuspects(col, before); len(found) > 0 {
		return nil, &suspectError{found}
	}
	return nil, nil
}

// keepVariables keeps the values of secret variables in the keychain.
func (c *Core) keepVariables(path string, values map[string]string) error {
	for name, value := range values {
		if err := c.SetVariable(path, name, value); err != nil {
			return err
		}
	}
	return nil
}
