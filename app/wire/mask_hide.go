package wire

// Hide is [Masker.Add] that returns the placeholder, to be shown instead of the value. A placeholder stays as it is,
// and so does an empty value.
func (m *Masker) Hide(conn, kind, value string) string {
	if value == "" || isPlaceholder(value) {
		return value
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	placeholder, _ := m.know(conn, kind, value, given(value))
	return placeholder
}
