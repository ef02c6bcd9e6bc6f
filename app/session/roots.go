package session

import (
	"context"
	"encoding/json"
)

// legacyCapabilities are our capabilities as initialize declares them: roots tell of their changes there
// (2025-11-25 client/roots). The modern era has no notification for that.
func legacyCapabilities(caps json.RawMessage) json.RawMessage {
	roots := field(caps, "roots")
	if roots == nil {
		return caps
	}
	if roots, err := withField(roots, "listChanged", json.RawMessage("true")); err == nil {
		if out, err := withField(caps, "roots", roots); err == nil {
			return out
		}
	}
	return caps
}

// declaredLegacy notes what initialize declared.
func (s *Session) declaredLegacy() {
	s.info.Client = legacyCapabilities(s.info.Client)
	now := *s.settings()
	now.declared = s.info.Client
	s.set.Store(&now)
}

// RootsChanged tells a legacy server that roots/list would be answered with something else: "Clients that support
// roots and listChanged MUST send" it. It reports false when there is nobody to tell: the modern era has no such
// notification, or roots were not declared.
func (s *Session) RootsChanged(ctx context.Context) (bool, error) {
	if s.era() == Modern || !s.settings().Answerers.Roots {
		return false, nil
	}
	if err := s.link.Notify(ctx, methodRootsNew, nil, nil); err != nil {
		return false, s.fault(err, methodRootsNew)
	}
	return true, nil
}
