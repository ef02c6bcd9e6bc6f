/** The levels of a log message, the least severe first (RFC 5424 section 6.2.1, as MCP writes them). */
export const logLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
