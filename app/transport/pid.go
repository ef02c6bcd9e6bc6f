package transport

// PID is the process id of a stdio link's child, 0 for the other transports.
func (l *link) PID() int {
	if s, ok := l.engine.(*stdio); ok && s.proc.cmd.Process != nil {
		return s.proc.cmd.Process.Pid
	}
	return 0
}
