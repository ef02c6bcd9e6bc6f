export namespace app {
	
	export interface Hello {
	    token: string;
	    version: string;
	    platform: string;
	    data: string;
	}
	export interface Shapes {
	    page: wire.Page;
	    match: core.Match;
	    exchange: wire.Exchange;
	    tools: core.ToolList;
	    tool: core.ToolDetail;
	}

}

export namespace challenge {
	
	export interface Finding {
	    severity: string;
	    text: string;
	    source: string;
	    fix: string;
	}
	export interface Header {
	    name: string;
	    value: string;
	}
	export interface SyntaxError {
	    offset: number;
	    rest: string;
	    message: string;
	}
	export interface Param {
	    name: string;
	    value: string;
	    quoted: boolean;
	    start: number;
	    meaning: string;
	    source: string;
	}
	export interface Scheme {
	    name: string;
	    token68?: string;
	    params: Param[];
	    header: number;
	    start: number;
	    end: number;
	    problem?: SyntaxError;
	    problems?: SyntaxError[];
	    meaning: string;
	    source: string;
	}
	export interface Challenge {
	    server: string;
	    resource: string;
	    status: number;
	    method: string;
	    url: string;
	    where: string;
	    exchange: number;
	    raw: string[];
	    schemes: Scheme[];
	    headers: Header[];
	    body: string;
	    bodyCut: boolean;
	    contentType: string;
	    resourceMetadata: string;
	    resourceMetadataOther: boolean;
	    scopes: string[];
	    error: string;
	    errorDescription: string;
	    findings: Finding[];
	    next: string;
	}
	
	
	
	

}

export namespace core {
	
	export interface Answer {
	    id: string;
	    result: string;
	    decline: boolean;
	}
	export interface CallState {
	    call: string;
	    profile: string;
	    tool: string;
	    started: number;
	    progress?: number;
	    total?: number;
	    message: string;
	    waiting: number;
	}
	export interface Error {
	    server: string;
	    kind: string;
	    step: string;
	    message: string;
	    hint: string;
	    detail: string;
	    status: number;
	    headers: wire.Header[];
	    challenge?: challenge.Challenge;
	    rpcCode: number;
	    rpc: string;
	    entries: number[];
	    fingerprint: string;
	}
	export interface Step {
	    name: string;
	    state: string;
	    text: string;
	    started: number;
	    took: number;
	    entries: number[];
	}
	export interface Connection {
	    profile: string;
	    conn: string;
	    rev: number;
	    phase: string;
	    steps: Step[];
	    started: number;
	    since: number;
	    took: number;
	    transport: string;
	    era: string;
	    version: string;
	    sessionID: string;
	    serverInfo: string;
	    capabilities: string;
	    client: string;
	    instructions: string;
	    how: string;
	    pid: number;
	    latency: number;
	    questions: number;
	    calls: number;
	    toolsChanged: boolean;
	    noise: string;
	    err?: Error;
	    banner?: Error;
	}
	
	export interface ImportSecret {
	    name: string;
	    hint: string;
	    secret: boolean;
	    why: string;
	}
	export interface ImportItem {
	    key: string;
	    profile: profile.Profile;
	    secrets: ImportSecret[];
	    problems: string[];
	    conflict: string;
	    skip: boolean;
	    replace: boolean;
	}
	export interface ImportPreview {
	    token: string;
	    form: string;
	    items: ImportItem[];
	    problem: string;
	}
	
	export interface KeychainState {
	    state: string;
	    name: string;
	    text: string;
	}
	export interface SecretState {
	    name: string;
	    stored: string;
	}
	export interface Launch {
	    profile: string;
	    hash: string;
	    confirmed: boolean;
	    command: string;
	    program: string;
	    searched: string[];
	    args: string[];
	    envNames: string[];
	    cwd: string;
	    url: string;
	    missing: SecretState[];
	    problem: string;
	}
	export interface Match {
	    seqs: number[];
	    next: number;
	}
	export interface Problem {
	    path: string;
	    message: string;
	    keyword: string;
	}
	export interface Question {
	    id: string;
	    profile: string;
	    call: string;
	    source: string;
	    round: number;
	    key: string;
	    method: string;
	    params: string;
	    state: string;
	    asked: number;
	    entry: number;
	    template: string;
	}
	export interface RequestInput {
	    call: string;
	    profile: string;
	    method: string;
	    params: string;
	}
	export interface RunInput {
	    call: string;
	    profile: string;
	    tool: string;
	    index: number;
	    args: string;
	    force: boolean;
	}
	export interface RunOutput {
	    call: string;
	    seq: number;
	    request: number;
	    bytes: number;
	    took: number;
	    result: string;
	    isError: boolean;
	    problems: Problem[];
	    output: Problem[];
	    findings: string[];
	    rounds: number;
	    err?: Error;
	}
	export interface SecretInput {
	    name: string;
	    value: string;
	    clear: boolean;
	}
	
	export interface ServerList {
	    profiles: profile.Profile[];
	    temporary: string[];
	    file: string;
	    fileError: string;
	    keychain: KeychainState;
	}
	
	export interface Tool {
	    index: number;
	    name: string;
	    title: string;
	    summary: string;
	    readOnly?: boolean;
	    destructive?: boolean;
	    idempotent?: boolean;
	    openWorld?: boolean;
	    excluded?: string;
	    problem?: string;
	}
	export interface ToolDetail {
	    tool: Tool;
	    description: string;
	    inputSchema: string;
	    outputSchema: string;
	    raw: string;
	}
	export interface ToolList {
	    tools: Tool[];
	    pages: number;
	    seqs: number[];
	    at: number;
	    findings: string[];
	    err?: Error;
	}
	export interface Typed {
	    kind: string;
	    profile: profile.Profile;
	    secrets: SecretInput[];
	    launch: Launch;
	    problem: string;
	}

}

export namespace profile {
	
	export interface Era {
	    mode?: string;
	    version?: string;
	}
	export interface Timeouts {
	    connect?: number;
	    probe?: number;
	    request?: number;
	}
	export interface Value {
	    name: string;
	    value?: string;
	    secret?: boolean;
	}
	export interface Profile {
	    id: string;
	    name: string;
	    color?: string;
	    group?: string;
	    transport: string;
	    command?: string;
	    args?: string[];
	    env?: Value[];
	    cwd?: string;
	    loginShellPath?: boolean;
	    url?: string;
	    headers?: Value[];
	    trust?: string[];
	    watch?: string;
	    era: Era;
	    timeouts: Timeouts;
	    sample?: string;
	}
	

}

export namespace wire {
	
	export interface Entry {
	    seq: number;
	    rev: number;
	    conn: string;
	    time: number;
	    kind: string;
	    dir?: string;
	    message?: string;
	    method?: string;
	    name?: string;
	    id?: string;
	    call?: string;
	    pair?: number;
	    exchange?: number;
	    status?: number;
	    code?: number;
	    toolErr?: boolean;
	    took?: number;
	    open?: boolean;
	    bytes: number;
	    reqBytes?: number;
	    dropped?: boolean;
	    cut?: boolean;
	    purpose?: string;
	    withheld?: string;
	    findings?: string[];
	    note?: string;
	}
	export interface Timing {
	    dns: number;
	    connect: number;
	    tls: number;
	    wait: number;
	    transfer: number;
	    total: number;
	    reused: boolean;
	}
	export interface Header {
	    name: string;
	    value: string;
	}
	export interface Exchange {
	    method: string;
	    url: string;
	    proto: string;
	    status: number;
	    statusText: string;
	    requestHeaders: Header[];
	    responseHeaders: Header[];
	    trailers?: Header[];
	    remoteAddr?: string;
	    tls?: string;
	    uncompressed?: boolean;
	    timing: Timing;
	    err?: string;
	}
	
	export interface Page {
	    entries: Entry[];
	    firstAvailable: number;
	    next: number;
	    last: number;
	}

}

