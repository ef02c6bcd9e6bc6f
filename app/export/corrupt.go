package export

import (
	"compress/flate"
	"errors"
)

// isCorrupt says whether compressed bytes make no sense.
func isCorrupt(err error) bool {
	var c flate.CorruptInputError
	return errors.As(err, &c)
}
