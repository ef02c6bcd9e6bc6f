export namespace app {
	
	export interface Given {
	    name: string;
	    ids: string[];
	    err?: core.Error;
	}
	export interface Hello {
	    token: string;
	    version: string;
	    platform: string;
	    data: string;
	}
	export interface Shapes {
	    page: wire.Page;
	    exchange: wire.Exchange;
	    tools: core.ToolList;
	    collections: core.CollectionList;
	    collection: core.CollectionDoc;
	    saveCollection: core.SaveCollectionInput;
	    addCalls: core.AddCallsInput;
	    collectionRun: core.CollectionRun;
	    tasks: core.TaskList;
	    task: core.TaskDetail;
	    overview: core.Overview;
	    logs: core.LogPage;
	    icon: core.IconImage;
	    iconInput: core.IconInput;
	    changes: core.ListChanges;
	    tool: core.ToolDetail;
	    resources: core.ResourceList;
	    resource: core.ResourceDetail;
	    templates: core.TemplateList;
	    template: core.TemplateDetail;
	    prompts: core.PromptList;
	    skills: core.SkillList;
	    skill: core.SkillDetail;
	    prompt: core.PromptDetail;
	    contents: core.Contents;
	    signIn: core.SignIn;
	    answer: core.AppAnswer;
	    request: core.AppRequest;
	    record: core.AppRecord;
	    rounds: core.CallRounds;
	    streams: core.Streams;
	    inbox: core.Inbox;
	    question: core.QuestionDetail;
	    rules: core.RuleList;
	    answers: core.AnswerTemplates;
	    viewInput: core.ViewInput;
	    viewState: core.ViewState;
	    rowsInput: core.RowsInput;
	    rows: core.Rows;
	    rowOf: core.RowOf;
	    related: core.Related;
	    filterWords: query.Completion[];
	    captures: core.Captures;
	    timelineInput: core.TimelineInput;
	    timeline: core.Timeline;
	    statsInput: core.StatsInput;
	    stats: core.Stats;
	    drift: core.Drift;
	    driftInput: core.DriftInput;
	    driftItem: core.DriftItem;
	    look: core.ExportLook;
	    exporting: core.ExportState;
	    export: core.ExportInput;
	    copyForms: core.CopyForm[];
	    copyCode: core.CopyCode;
	    mocks: core.Mock[];
	}

}

export namespace auth {
	
	export interface Check {
	    id: string;
	    title: string;
	    expected: string;
	    source: string;
	    state: string;
	    text: string;
	    fix: string;
	    entries: number[];
	}
	export interface Claims {
	    header: string;
	    payload: string;
	    note: string;
	}
	export interface Fact {
	    name: string;
	    value: string;
	    secret: boolean;
	    note: string;
	    state: string;
	}
	export interface Option {
	    value: string;
	    label: string;
	    note: string;
	}
	export interface Input {
	    name: string;
	    label: string;
	    kind: string;
	    value: string;
	    default: string;
	    options: Option[];
	    free: boolean;
	    set: boolean;
	    help: string;
	}
	export interface Message {
	    from: string;
	    to: string;
	    label: string;
	    method: string;
	    url: string;
	    status: number;
	    entries: number[];
	    state: string;
	    text: string;
	    sent: Fact[];
	    got: Fact[];
	}
	
	export interface Rule {
	    text: string;
	    source: string;
	}
	export interface Step {
	    id: string;
	    title: string;
	    state: string;
	    expected: Rule[];
	    messages: Message[];
	    facts: Fact[];
	    inputs: Input[];
	    verdict: string;
	    fix: string;
	    findings: challenge.Finding[];
	    started: number;
	    took: number;
	}
	export interface Stray {
	    at: number;
	    method: string;
	    target: string;
	    why: string;
	}
	export interface Verdict {
	    what: string;
	    state: string;
	    text: string;
	    source: string;
	    fix: string;
	}

}

export namespace capture {
	
	export interface Capture {
	    id: string;
	    run: number;
	    conn: string;
	    profile: string;
	    server: string;
	    transport: string;
	    target: string;
	    began: number;
	    last: number;
	    ended: number;
	    entries: number;
	    bytes: number;
	    errors: number;
	    name: string;
	    comment: string;
	    pinned: boolean;
	    current: boolean;
	    file: string;
	}
	export interface Mark {
	    seq: number;
	    comment: string;
	    pinned: boolean;
	}
	export interface State {
	    mode: string;
	    path: string;
	    problem: string;
	    hint: string;
	    aside: string;
	    bytes: number;
	    used: number;
	    maxBytes: number;
	    overfull: boolean;
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
	
	export interface AddCallsInput {
	    path: string;
	    name: string;
	    seqs: number[];
	    expect: boolean;
	    secrets: string;
	}
	export interface Annotations {
	    audience: string[];
	    priority?: number;
	    lastModified: string;
	}
	export interface AnswerTemplates {
	    templates: rules.Template[];
	    file: string;
	    fileError: string;
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
	export interface AppRefusal {
	    list: string;
	    value: string;
	    why: string;
	}
	export interface App {
	    id: string;
	    conn: string;
	    url: string;
	    sandbox: string;
	    allow: string;
	    policy: string;
	    uri: string;
	    mimeType: string;
	    bytes: number;
	    seq: number;
	    request: number;
	    toolRaw: string;
	    refused: AppRefusal[];
	    asked: string[];
	    granted: string[];
	    domain: string;
	    border?: boolean;
	    findings: string[];
	    err?: Error;
	    maxChars: number;
	    perSecond: number;
	}
	export interface AppAnswer {
	    result: string;
	    rpc: string;
	    seq: number;
	    request: number;
	    took: number;
	    err?: Error;
	}
	export interface AppBlocked {
	    directive: string;
	    blocked: string;
	    source: string;
	    count: number;
	    at: number;
	}
	export interface AppInput {
	    call: string;
	    profile: string;
	    tool: string;
	    index: number;
	    permissions: string[];
	}
	export interface AppMessage {
	    dir: string;
	    text: string;
	    note: string;
	    at: number;
	}
	export interface AppRecord {
	    app: string;
	    messages: AppMessage[];
	}
	
	export interface AppReports {
	    blocked: AppBlocked[];
	    more: number;
	}
	export interface AppRequest {
	    app: string;
	    call: string;
	    method: string;
	    params: string;
	    host: boolean;
	}
	export interface Argument {
	    name: string;
	    value: string;
	}
	export interface Asked {
	    key: string;
	    method: string;
	}
	export interface Attempt {
	    method: string;
	    asked: string;
	    status: number;
	    code: number;
	    answer: string;
	    open: boolean;
	    took: number;
	    request: number;
	    reply: number;
	    http: number;
	}
	export interface BrowserWait {
	    url: string;
	    redirectURI: string;
	    since: number;
	    until: number;
	    opened: string;
	    strays: auth.Stray[];
	}
	export interface CacheHint {
	    ttl: number;
	    scope: string;
	    until: number;
	    stale: string;
	}
	export interface CallExtras {
	    meta?: string;
	    headers?: wire.Header[];
	    timeout?: number;
	    declare?: string;
	    logLevel?: string;
	    hand?: boolean;
	}
	export interface CallFigures {
	    count: number;
	    answered: number;
	    errors: number;
	    open: number;
	    p50: number;
	    p95: number;
	    p99: number;
	    max: number;
	    sum: number;
	    bytesOut: number;
	    bytesIn: number;
	}
	export interface CallVerdict {
	    text: string;
	    pass: boolean;
	    got: string;
	}
	export interface CallResult {
	    index: number;
	    name: string;
	    state: string;
	    took: number;
	    problem: string;
	    verdicts: CallVerdict[];
	    method: string;
	    request: number;
	    answer: number;
	    wasRequest?: number;
	    wasAnswer?: number;
	    wasTook?: number;
	}
	export interface RuleAtWork {
	    id: string;
	    name: string;
	    action: string;
	    at: number;
	}
	export interface InboxItem {
	    id: string;
	    profile: string;
	    conn: string;
	    server: string;
	    method: string;
	    mode: string;
	    source: string;
	    call: string;
	    tool: string;
	    round: number;
	    key: string;
	    task: string;
	    summary: string;
	    asked: number;
	    settled: number;
	    state: string;
	    reason: string;
	    by: string;
	    entry: number;
	    findings: number;
	    rule?: RuleAtWork;
	    opened: number;
	    completed: number;
	}
	export interface HandQuestion {
	    item: InboxItem;
	    problem: string;
	}
	export interface HandRound {
	    round: number;
	    seq: number;
	    result: string;
	    cut: boolean;
	    params: string;
	    paramsCut: boolean;
	    state: string;
	    stateCut: boolean;
	    bytes: number;
	    hasState: boolean;
	    questions: HandQuestion[];
	    problem: string;
	}
	export interface Round {
	    request: number;
	    response: number;
	    took: number;
	    trace: string;
	    asked: Asked[];
	    state: number;
	    hand: boolean;
	    edited: string;
	}
	export interface CallRounds {
	    call: string;
	    rounds: Round[];
	    hand?: HandRound;
	    limit: number;
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
	    task?: string;
	    status?: string;
	    follows?: boolean;
	    round?: number;
	    hand?: boolean;
	}
	export interface CallSuspect {
	    where: string;
	    why: string;
	}
	
	export interface Captures {
	    captures: capture.Capture[];
	    store: capture.State;
	}
	export interface ChangeLine {
	    mark: string;
	    text: string;
	}
	export interface Checks {
	    running: boolean;
	    at: number;
	    results: auth.Check[];
	    err?: Error;
	}
	export interface ClientUse {
	    capability: string;
	    method: string;
	    declared: boolean;
	    count: number;
	    problem: string;
	    at: number;
	    seq: number;
	}
	export interface SavedKeep {
	    name: string;
	    path: string;
	}
	export interface SavedExpectation {
	    kind: string;
	    path: string;
	    in: string;
	    value: string;
	    code: number;
	}
	export interface SavedCall {
	    name: string;
	    comment: string;
	    method: string;
	    params: string;
	    timeout: string;
	    skip: boolean;
	    expect: SavedExpectation[];
	    keep: SavedKeep[];
	}
	export interface SavedVariable {
	    name: string;
	    value: string;
	    secret: boolean;
	    given: boolean;
	    comment: string;
	}
	export interface SavedCalls {
	    name: string;
	    comment: string;
	    variables: SavedVariable[];
	    calls: SavedCall[];
	}
	export interface CollectionDoc {
	    path: string;
	    sum: string;
	    collection: SavedCalls;
	    suspects: CallSuspect[];
	    unsaved?: boolean;
	    err?: Error;
	}
	export interface CollectionFile {
	    path: string;
	    name: string;
	    calls: number;
	    own: boolean;
	    problem: string;
	}
	export interface CollectionList {
	    files: CollectionFile[];
	    folder: string;
	}
	export interface RunCounts {
	    passed: number;
	    failed: number;
	    broken: number;
	    skipped: number;
	}
	export interface CollectionRun {
	    run: string;
	    profile: string;
	    name: string;
	    replay: boolean;
	    began: number;
	    ended: number;
	    total: number;
	    counts: RunCounts;
	    results: CallResult[];
	    err?: Error;
	}
	export interface CollectionRunInput {
	    run: string;
	    profile: string;
	    path: string;
	    seqs: number[];
	    only: number[];
	    stop: boolean;
	    values: SavedVariable[];
	}
	export interface CompleteInput {
	    call: string;
	    profile: string;
	    prompt: string;
	    template: string;
	    index: number;
	    argument: string;
	    value: string;
	    context: Argument[];
	}
	export interface Offer {
	    declared: boolean;
	    subscribe: boolean;
	    listChanged: boolean;
	    asked: boolean;
	    served: boolean;
	    text: string;
	}
	export interface CompleteOutput {
	    call: string;
	    values: string[];
	    total?: number;
	    hasMore: boolean;
	    stale: boolean;
	    seq: number;
	    took: number;
	    findings: string[];
	    offer: Offer;
	    err?: Error;
	}
	export interface DriftCount {
	    since: number;
	    name?: string;
	    counts: drift.Counts;
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
	    resourcesChanged: boolean;
	    promptsChanged: boolean;
	    tasks: number;
	    activeTasks: number;
	    taskForm: string;
	    logged: boolean;
	    watchRev: number;
	    streams?: number;
	    paged?: boolean;
	    autoRefresh?: boolean;
	    cache?: CacheHint;
	    drift?: DriftCount;
	    noise: string;
	    err?: Error;
	    banner?: Error;
	}
	export interface Icon {
	    src: string;
	    mimeType: string;
	    sizes: string[];
	    theme: string;
	    problem?: string;
	}
	export interface Content {
	    at: string;
	    message: number;
	    role: string;
	    kind: string;
	    mimeType: string;
	    sniffed: string;
	    isText: boolean;
	    size: number;
	    text: string;
	    cut: boolean;
	    uri: string;
	    name: string;
	    title: string;
	    description: string;
	    icons: Icon[];
	    annotations: Annotations;
	    meta: string;
	    problem?: string;
	}
	export interface Contents {
	    seq: number;
	    method: string;
	    description: string;
	    items: Content[];
	    total: number;
	    bytes: number;
	    state: string;
	    findings: string[];
	}
	export interface CopySecret {
	    env: string;
	    placeholder: string;
	}
	export interface CopyCode {
	    text: string;
	    secrets: CopySecret[];
	    notes: string[];
	}
	export interface CopyForm {
	    id: string;
	    label: string;
	    about: string;
	}
	
	export interface Drift {
	    present?: drift.About;
	    against?: drift.About;
	    later?: drift.About;
	    reading: boolean;
	    partial: boolean;
	    unread: boolean;
	    snapshots: snapshots.Head[];
	    problems: string[];
	    result: drift.Result;
	}
	
	export interface DriftInput {
	    profile: string;
	    against: string;
	    later: string;
	    kind: string;
	    name: string;
	    nth: number;
	    to: string;
	    form: string;
	}
	export interface DriftItem {
	    was: string;
	    now: string;
	}
	
	export interface EventStream {
	    kind: string;
	    of: string;
	    state: string;
	    since: number;
	    opened: number;
	    events: number;
	    lastEvent: number;
	    lastID: string;
	    retry: number;
	    next: number;
	    text: string;
	    entry: number;
	}
	export interface ExpansionPart {
	    raw: string;
	    text: string;
	    variables: string[];
	    missing: string[];
	}
	export interface Expansion {
	    uri: string;
	    parts: ExpansionPart[];
	    missing: string[];
	    problem: string;
	}
	
	export interface ExportHit {
	    seq: number;
	    where: string;
	    kind: string;
	    text: string;
	    count: number;
	}
	export interface ExportWhat {
	    seqs: number[];
	    view: string;
	    conn: string;
	    from: number;
	    to: number;
	}
	export interface ExportInput {
	    what: ExportWhat;
	    format: string;
	    about: string;
	    words: string[];
	    leave: string[];
	}
	export interface ReportFile {
	    name: string;
	    about: string;
	    bytes: number;
	    text: string;
	    cut: boolean;
	    left: boolean;
	}
	export interface ReportLook {
	    files: ReportFile[];
	    hits: ExportHit[];
	    count: number;
	}
	export interface ExportLook {
	    entries: number;
	    bytes: number;
	    first: number;
	    last: number;
	    text: string;
	    more: boolean;
	    report: ReportLook;
	    hits: ExportHit[];
	}
	export interface ExportState {
	    running: boolean;
	    entries: number;
	    total: number;
	    bytes: number;
	}
	
	export interface FieldChange {
	    path: string;
	    was: string;
	    now: string;
	}
	export interface Figures {
	    count: number;
	    last: number;
	    min: number;
	    median: number;
	    max: number;
	}
	export interface FilterProblem {
	    from: number;
	    to: number;
	    message: string;
	    hint: string;
	}
	export interface ForeignStream {
	    id: string;
	    count: number;
	    last: number;
	    method: string;
	    entry: number;
	    ended: boolean;
	}
	export interface GoneItem {
	    key: string;
	    title: string;
	}
	export interface HTMLInput {
	    seq: number;
	    at: string;
	    scripts: boolean;
	}
	export interface HTMLPage {
	    id: string;
	    url: string;
	    sandbox: string;
	    policy: string;
	}
	
	export interface HandRetry {
	    profile: string;
	    call: string;
	    round: number;
	    responses: string;
	    state?: string;
	    noState?: boolean;
	    params?: string;
	}
	
	
	export interface IconImage {
	    type: string;
	    data: string;
	    problem: string;
	    seq: number;
	}
	export interface IconInput {
	    profile: string;
	    of: string;
	    index: number;
	    icon: number;
	}
	export interface Identity {
	    id: string;
	    name: string;
	    issuer: string;
	    resource: string;
	    client: string;
	    kind: string;
	    grant: string;
	    type: string;
	    token: string;
	    refresh: boolean;
	    revoke: boolean;
	    expires: number;
	    issued: number;
	    wanted: string[];
	    granted: string[];
	    place: string;
	    claims?: auth.Claims;
	    judged: auth.Verdict[];
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
	
	export interface InboxRefusal {
	    profile: string;
	    conn: string;
	    server: string;
	    count: number;
	    limit: number;
	    last: number;
	}
	export interface Inbox {
	    questions: InboxItem[];
	    pending: number;
	    ruled: number;
	    hidden: number;
	    refused: InboxRefusal[];
	}
	
	
	export interface ItemChange {
	    index: number;
	    mark: string;
	    fields: FieldChange[];
	}
	export interface KeychainState {
	    state: string;
	    name: string;
	    text: string;
	}
	export interface Lane {
	    conn: string;
	    lane: string;
	    at: number[];
	    n: number[];
	    errors: number[];
	    took: number[];
	    hits: number[];
	}
	export interface LastMessage {
	    at: number;
	    seq: number;
	    kind: string;
	    method: string;
	    name: string;
	}
	export interface SecretState {
	    name: string;
	    stored: string;
	}
	export interface LaunchChange {
	    field: string;
	    lines: ChangeLine[];
	}
	export interface Launch {
	    profile: string;
	    hash: string;
	    confirmed: boolean;
	    since: string;
	    changes: LaunchChange[];
	    command: string;
	    program: string;
	    searched: string[];
	    args: string[];
	    envNames: string[];
	    cwd: string;
	    url: string;
	    settings: LaunchChange[];
	    missing: SecretState[];
	    problem: string;
	}
	
	export interface ListChanges {
	    of: string;
	    since: number;
	    at: number;
	    items: ItemChange[];
	    gone: GoneItem[];
	}
	export interface StreamInput {
	    profile: string;
	    tools: boolean;
	    prompts: boolean;
	    resources: boolean;
	    uris: string[];
	    taskIds: string[];
	}
	export interface ListenStream {
	    name: string;
	    id: string;
	    state: string;
	    since: number;
	    request: string;
	    accepted: string;
	    refused: string[];
	    opened: number;
	    text: string;
	    entries: number[];
	    err?: Error;
	    want: StreamInput;
	    events: number;
	    last: number;
	    lastSeq: number;
	    tries: number;
	    retry: number;
	}
	export interface ListsChanged {
	    tools: boolean;
	    resources: boolean;
	    prompts: boolean;
	}
	export interface LogCall {
	    seq: number;
	    method: string;
	    name: string;
	}
	export interface LogInput {
	    profile: string;
	    after: number;
	    limit: number;
	    level: string;
	    text: string;
	    stderr: boolean;
	}
	export interface LogLine {
	    seq: number;
	    time: number;
	    kind: string;
	    level: string;
	    logger: string;
	    text: string;
	    json: boolean;
	    cut: boolean;
	    problem?: string;
	    call: LogCall;
	}
	export interface LogPage {
	    conn: string;
	    lines: LogLine[];
	    next: number;
	    more: boolean;
	    gone: number;
	    left: number;
	    total: number;
	    level: string;
	    kept: string;
	    declared: boolean;
	    era: string;
	    stderr: boolean;
	}
	export interface MessageCount {
	    requests: number;
	    results: number;
	    errors: number;
	    notifications: number;
	    invalid: number;
	    lines: number;
	    bytes: number;
	}
	export interface Mirror {
	    header: string;
	    value: string;
	    text: string;
	    from: string;
	    own: boolean;
	    cut: boolean;
	}
	export interface Mirrors {
	    used: boolean;
	    headers: Mirror[];
	    findings: string[];
	}
	export interface Mock {
	    id: string;
	    url: string;
	    conn: string;
	    name: string;
	    requests: number;
	    timing: boolean;
	    challenges: boolean;
	    challenge: boolean;
	    served: mock.Served[];
	    total: number;
	}
	export interface MockInput {
	    what: ExportWhat;
	    timing: boolean;
	    challenges: boolean;
	}
	
	export interface ServedMethod {
	    capability: string;
	    method: string;
	    declared: boolean;
	    verdict: string;
	    check: boolean;
	    problem: string;
	    text: string;
	    count: number;
	    at: number;
	    seq: number;
	}
	export interface PingResult {
	    at: number;
	    method: string;
	    took: number;
	    seq: number;
	    err?: Error;
	}
	export interface WaitingFor {
	    seq: number;
	    since: number;
	    ours: boolean;
	    method: string;
	    name: string;
	}
	export interface ProcessFacts {
	    pid: number;
	    started: number;
	    exit: string;
	}
	export interface Overview {
	    conn: string;
	    at: number;
	    icons: Icon[];
	    process?: ProcessFacts;
	    streams: EventStream[];
	    attempts: Attempt[];
	    sent: MessageCount;
	    received: MessageCount;
	    exchanges: number;
	    events: number;
	    stray: number;
	    straySeq: number;
	    lastOut: LastMessage;
	    lastIn: LastMessage;
	    waiting: WaitingFor[];
	    waitingAll: number;
	    latency: Figures;
	    pings: PingResult[];
	    pingFigures: Figures;
	    served: ServedMethod[];
	    asked: ClientUse[];
	    checking: string;
	    checkError?: Error;
	    logged: number;
	    logLevel: string;
	    noStream: boolean;
	    missed: number;
	}
	
	export interface Problem {
	    path: string;
	    message: string;
	    keyword: string;
	}
	
	export interface Prompt {
	    index: number;
	    name: string;
	    title: string;
	    summary: string;
	    icons: Icon[];
	    arguments: number;
	    required: number;
	    problem?: string;
	}
	export interface PromptArgument {
	    name: string;
	    title: string;
	    description: string;
	    required: boolean;
	    problem?: string;
	}
	export interface PromptDetail {
	    prompt: Prompt;
	    description: string;
	    arguments: PromptArgument[];
	    meta: string;
	    raw: string;
	}
	export interface PromptInput {
	    call: string;
	    profile: string;
	    name: string;
	    index: number;
	    args: Argument[];
	    force: boolean;
	    extra?: CallExtras;
	}
	export interface PromptList {
	    prompts: Prompt[];
	    pages: number;
	    more: boolean;
	    cursor: string;
	    seqs: number[];
	    at: number;
	    findings: string[];
	    cache?: CacheHint;
	    err?: Error;
	    offer: Offer;
	}
	export interface PromptOutput {
	    call: string;
	    seq: number;
	    request: number;
	    bytes: number;
	    took: number;
	    rounds: number;
	    messages: number;
	    problems: Problem[];
	    findings: string[];
	    offer: Offer;
	    err?: Error;
	}
	export interface RootEntry {
	    uri: string;
	    name: string;
	    problem: string;
	}
	export interface RootsView {
	    roots: RootEntry[];
	}
	export interface QuestionDetail {
	    item: InboxItem;
	    params: string;
	    paramsBytes: number;
	    template: string;
	    findings: string[];
	    elicitation?: question.Elicitation;
	    sampling?: question.Sampling;
	    roots?: RootsView;
	    answer: string;
	}
	export interface RawDraft {
	    frame: string;
	    id: string;
	    used: string;
	    findings: string[];
	    err?: Error;
	}
	export interface RawDraftInput {
	    profile: string;
	    method: string;
	    params: string;
	    notification: boolean;
	    number: number;
	}
	export interface RawEntry {
	    seq: number;
	    kind: string;
	    message: string;
	    method: string;
	    id: string;
	    own: boolean;
	    bytes: number;
	    text: string;
	}
	export interface RawHeader {
	    name: string;
	    value: string;
	    leave: boolean;
	}
	export interface RawInput {
	    call: string;
	    profile: string;
	    frame: string;
	    headers: RawHeader[];
	    wait: number;
	}
	export interface RawOutput {
	    call: string;
	    request: number;
	    answer: number;
	    exchange: number;
	    status: number;
	    took: number;
	    ended: string;
	    came: RawEntry[];
	    more: number;
	    findings: string[];
	    err?: Error;
	}
	export interface ReadInput {
	    call: string;
	    profile: string;
	    uri: string;
	    index: number;
	    extra?: CallExtras;
	}
	export interface ReadOutput {
	    call: string;
	    uri: string;
	    seq: number;
	    request: number;
	    previous: number;
	    changed: boolean;
	    bytes: number;
	    took: number;
	    at: number;
	    rounds: number;
	    count: number;
	    findings: string[];
	    cache?: CacheHint;
	    offer: Offer;
	    err?: Error;
	}
	export interface Related {
	    entries: wire.Entry[];
	    more: boolean;
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
	    task?: string;
	    at?: string;
	    waited?: number;
	    trace?: string;
	    err?: Error;
	}
	export interface Replay {
	    what: string;
	    call: string;
	    state: string;
	    seq: number;
	    text: string;
	    output?: RunOutput;
	}
	export interface Reply {
	    id: string;
	    kind: string;
	    content: string;
	    url: string;
	    code: number;
	    message: string;
	    data: string;
	    text: string;
	    force: boolean;
	}
	export interface ReplyOutput {
	    sent: boolean;
	    problems: Problem[];
	}
	
	
	export interface RequestInput {
	    call: string;
	    profile: string;
	    method: string;
	    params: string;
	    headers?: RawHeader[];
	    extra?: CallExtras;
	}
	export interface Resource {
	    index: number;
	    uri: string;
	    name: string;
	    title: string;
	    summary: string;
	    mimeType: string;
	    size?: number;
	    icons: Icon[];
	    annotations: Annotations;
	    problem?: string;
	}
	export interface ResourceDetail {
	    resource: Resource;
	    description: string;
	    meta: string;
	    raw: string;
	}
	export interface ResourceList {
	    resources: Resource[];
	    pages: number;
	    more: boolean;
	    cursor: string;
	    seqs: number[];
	    at: number;
	    findings: string[];
	    cache?: CacheHint;
	    err?: Error;
	    offer: Offer;
	}
	
	export interface RootList {
	    profile: string;
	    roots: RootEntry[];
	    declared: boolean;
	    live: boolean;
	    changes: boolean;
	    asked: number;
	    told: number;
	    err?: Error;
	}
	
	
	export interface ViewState {
	    view: string;
	    rows: number;
	    total: number;
	    counts: Record<string, number>;
	    done: boolean;
	    looked: number;
	    stopped: boolean;
	    rev: number;
	    last: number;
	    listedFrom: number;
	    problem?: FilterProblem;
	    terms: query.Term[];
	}
	export interface RowOf {
	    index: number;
	    state: ViewState;
	}
	export interface Rows {
	    index: number;
	    entries: wire.Entry[];
	    marks: capture.Mark[];
	    state: ViewState;
	}
	export interface RowsInput {
	    view: string;
	    index: number;
	    limit: number;
	}
	
	export interface RuleState {
	    rule: rules.Rule;
	    fired: number;
	    last: number;
	    problem: string;
	}
	export interface RuleList {
	    rules: RuleState[];
	    file: string;
	    fileError: string;
	}
	
	
	export interface RunInput {
	    call: string;
	    profile: string;
	    tool: string;
	    index: number;
	    args: string;
	    force: boolean;
	    task?: string;
	    ttl?: number;
	    once?: boolean;
	    extra?: CallExtras;
	}
	
	export interface SamplerDraft {
	    result: string;
	    model: string;
	    took: number;
	    entry: number;
	    problems: Problem[];
	    findings: string[];
	    err?: Error;
	}
	export interface SamplerInput {
	    settings: rules.Sampler;
	    key: string;
	    clearKey: boolean;
	}
	export interface SamplerState {
	    settings: rules.Sampler;
	    key: string;
	    problem: string;
	    file: string;
	}
	export interface SaveCollectionInput {
	    path: string;
	    sum: string;
	    collection: SavedCalls;
	    secrets: string;
	}
	
	
	
	export interface SavedFilter {
	    name: string;
	    text: string;
	}
	export interface SavedFilters {
	    filters: SavedFilter[];
	    file: string;
	    fileError: string;
	}
	
	export interface SavedRule {
	    rule: rules.Rule;
	    saved: boolean;
	    problems: string[];
	    suspects: string[];
	}
	export interface SavedTemplate {
	    template: rules.Template;
	    saved: boolean;
	    suspects: string[];
	}
	
	export interface SecretInput {
	    name: string;
	    value: string;
	    clear: boolean;
	    in?: string;
	}
	
	
	export interface ServerList {
	    profiles: profile.Profile[];
	    temporary: string[];
	    file: string;
	    fileError: string;
	    keychain: KeychainState;
	}
	export interface StepUp {
	    operation: string;
	    have: string[];
	    new: string[];
	    union: string[];
	    attempt: number;
	    stopped: string;
	}
	export interface SignIn {
	    profile: string;
	    rev: number;
	    phase: string;
	    why: string;
	    next: string;
	    steps: auth.Step[];
	    guess: boolean;
	    challenge?: challenge.Challenge;
	    stepUp?: StepUp;
	    browser?: BrowserWait;
	    replay?: Replay;
	    identities: Identity[];
	    active: string;
	    store: string;
	    prompt: boolean;
	    inMemory: boolean;
	    checks?: Checks;
	    err?: Error;
	}
	export interface SignInStep {
	    profile: string;
	    step: string;
	    inputs: Record<string, string>;
	    only: boolean;
	}
	export interface Skill {
	    index: number;
	    uri: string;
	    name: string;
	    summary: string;
	    files: number;
	    size: number;
	    dynamic: boolean;
	    shared: boolean;
	    findings: number;
	    problem?: string;
	}
	export interface SkillDiff {
	    path: string;
	    listed: string;
	    read: string;
	}
	export interface SkillCheck {
	    what: string;
	    state: string;
	    text: string;
	    want: string;
	    got: string;
	    diffs: SkillDiff[];
	}
	export interface SkillChild {
	    uri: string;
	    name: string;
	    mimeType: string;
	    directory: boolean;
	    listed: boolean;
	    problem?: string;
	}
	export interface SkillFile {
	    uri: string;
	    path: string;
	    digest: string;
	    size: number;
	    problem?: string;
	}
	export interface SkillDetail {
	    skill: Skill;
	    description: string;
	    frontmatter: string;
	    files: SkillFile[];
	    findings: string[];
	    raw: string;
	}
	
	export interface SkillDirectory {
	    seqs: number[];
	    children: SkillChild[];
	    missing: string[];
	    findings: string[];
	    err?: Error;
	}
	export interface SkillEntry {
	    call: string;
	    seq: number;
	    took: number;
	    listed: boolean;
	    same: boolean;
	    diffs: SkillDiff[];
	    detail?: SkillDetail;
	    err?: Error;
	}
	
	export interface SkillInput {
	    call: string;
	    profile: string;
	    index: number;
	    skill: string;
	    uri: string;
	}
	export interface SkillList {
	    skills: Skill[];
	    pages: number;
	    more: boolean;
	    cursor: string;
	    seqs: number[];
	    at: number;
	    findings: string[];
	    cache?: CacheHint;
	    err?: Error;
	    offer: Offer;
	    directories: boolean;
	}
	export interface SkillRead {
	    call: string;
	    seq: number;
	    took: number;
	    bytes: number;
	    at: string;
	    ok: boolean;
	    checks: SkillCheck[];
	    err?: Error;
	}
	export interface SlowCall {
	    seq: number;
	    pair: number;
	    conn: string;
	    method: string;
	    name: string;
	    time: number;
	    took: number;
	    failed: boolean;
	}
	export interface Span {
	    seq: number;
	    conn: string;
	    lane: string;
	    time: number;
	    took: number;
	    open: boolean;
	    failed: boolean;
	    row: boolean;
	    kind: string;
	    method: string;
	    name: string;
	    status: number;
	    phases?: wire.Timing;
	}
	export interface SpansAnswer {
	    url: string;
	    spans: number;
	    rejected: number;
	    message: string;
	    status: number;
	    answer: string;
	    sample: string;
	}
	export interface SpansInput {
	    what: ExportWhat;
	    endpoint: string;
	    headers: string;
	}
	export interface SpansSent {
	    sent: SpansAnswer;
	    error: string;
	}
	export interface StatsRow {
	    name: string;
	    dir: string;
	    count: number;
	    answered: number;
	    errors: number;
	    open: number;
	    p50: number;
	    p95: number;
	    p99: number;
	    max: number;
	    sum: number;
	    bytesOut: number;
	    bytesIn: number;
	    before?: CallFigures;
	}
	export interface Stats {
	    tools: StatsRow[];
	    methods: StatsRow[];
	    http: StatsRow[];
	    slowest: SlowCall[];
	    all: CallFigures;
	    looked: number;
	    first: number;
	    last: number;
	    more: boolean;
	}
	export interface ViewScope {
	    all: boolean;
	    conns: string[];
	    captures: string[];
	}
	export interface StatsInput {
	    view: string;
	    from: number;
	    to: number;
	    against?: ViewScope;
	}
	
	
	
	
	export interface StreamOffer {
	    tools: boolean;
	    prompts: boolean;
	    resources: boolean;
	    subscribe: boolean;
	    tasks: boolean;
	}
	export interface Streams {
	    used: boolean;
	    streams: ListenStream[];
	    foreign: ForeignStream[];
	    offer: StreamOffer;
	}
	export interface Suspect {
	    field: string;
	    why: string;
	    text: string;
	}
	export interface Task {
	    key: string;
	    id: string;
	    form: string;
	    listed: boolean;
	    call: string;
	    tool: string;
	    status: string;
	    state: string;
	    message: string;
	    created: string;
	    updated: string;
	    ttl: number;
	    endless: boolean;
	    interval: number;
	    pause: number;
	    next: number;
	    polls: number;
	    known: number;
	    heard: number;
	    expires: number;
	    follows: boolean;
	    stopped: string;
	    asked: number;
	    progress?: number;
	    total?: number;
	    note: string;
	    waiting: number;
	    over: boolean;
	    result: boolean;
	    isError: boolean;
	    wrong: number;
	    entries: number[];
	    err?: Error;
	}
	export interface TaskQuestion {
	    key: string;
	    method: string;
	    state: string;
	    entry: number;
	    text: string;
	}
	export interface TaskMoment {
	    status: string;
	    message: string;
	    at: number;
	    entry: number;
	}
	export interface TaskDetail {
	    task: Task;
	    raw: string;
	    entry: number;
	    findings: string[];
	    history: TaskMoment[];
	    inputs: TaskQuestion[];
	}
	export interface TaskOffer {
	    live: boolean;
	    form: string;
	    client: boolean;
	    server: boolean;
	    calls: boolean;
	    list: boolean;
	    cancel: boolean;
	    push: boolean;
	    text: string;
	}
	export interface TaskList {
	    tasks: Task[];
	    offer: TaskOffer;
	    pushed: boolean;
	    agreed: number;
	    listed: boolean;
	    more: boolean;
	    pages: number;
	    findings: string[];
	    err?: Error;
	}
	
	
	
	export interface TemplateVariable {
	    name: string;
	    operator: string;
	    explode: boolean;
	    prefix: number;
	}
	export interface Template {
	    index: number;
	    uriTemplate: string;
	    name: string;
	    title: string;
	    summary: string;
	    mimeType: string;
	    icons: Icon[];
	    annotations: Annotations;
	    variables: TemplateVariable[];
	    problem?: string;
	}
	export interface TemplateDetail {
	    template: Template;
	    description: string;
	    meta: string;
	    raw: string;
	}
	export interface TemplateList {
	    templates: Template[];
	    pages: number;
	    more: boolean;
	    cursor: string;
	    seqs: number[];
	    at: number;
	    findings: string[];
	    cache?: CacheHint;
	    err?: Error;
	    offer: Offer;
	}
	export interface TemplatePair {
	    key: string;
	    value: string;
	}
	export interface TemplateValue {
	    name: string;
	    text: string;
	    list: string[];
	    pairs: TemplatePair[];
	}
	
	export interface Timeline {
	    from: number;
	    to: number;
	    step: number;
	    first: number;
	    last: number;
	    done: boolean;
	    rev: number;
	    lanes: Lane[];
	    spans: Span[];
	    whole: boolean;
	}
	export interface TimelineInput {
	    view: string;
	    from: number;
	    to: number;
	    pixels: number;
	}
	export interface Tool {
	    index: number;
	    name: string;
	    title: string;
	    summary: string;
	    icons?: Icon[];
	    readOnly?: boolean;
	    destructive?: boolean;
	    idempotent?: boolean;
	    openWorld?: boolean;
	    tasks?: string;
	    excluded?: string;
	    ui?: string;
	    appOnly?: boolean;
	    modelOnly?: boolean;
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
	    more: boolean;
	    cursor: string;
	    seqs: number[];
	    at: number;
	    findings: string[];
	    cache?: CacheHint;
	    err?: Error;
	}
	export interface Typed {
	    kind: string;
	    profile: profile.Profile;
	    secrets: SecretInput[];
	    launch: Launch;
	    problem: string;
	}
	export interface ViewInput {
	    view: string;
	    scope: ViewScope;
	    filter: string;
	    off: string[];
	    stop: boolean;
	}
	
	
	
	export interface Watch {
	    uri: string;
	    state: string;
	    since: number;
	    updates: number;
	    last: number;
	    entry: number;
	    updated: boolean;
	    readAt: number;
	    readSeq: number;
	    err?: Error;
	}
	export interface WatchInput {
	    profile: string;
	    uris: string[];
	    index: number[];
	    on: boolean;
	}
	export interface Watches {
	    mode: string;
	    lists: boolean;
	    items: Watch[];
	    stream?: ListenStream;
	    offer: Offer;
	    changed: ListsChanged;
	}

}

export namespace drift {
	
	export interface About {
	    id?: string;
	    name?: string;
	    at: number;
	    version: string;
	    protocol: string;
	}
	export interface Change {
	    severity: string;
	    rule: string;
	    kind: string;
	    name: string;
	    nth?: number;
	    path: string;
	    text: string;
	    why: string;
	    was?: string;
	    now?: string;
	    to?: string;
	}
	export interface Counts {
	    breaking: number;
	    risky: number;
	    additive: number;
	    minor: number;
	}
	export interface Result {
	    changes: Change[];
	    counts: Counts;
	    cut: number;
	    notCompared: string[];
	}

}

export namespace mock {
	
	export interface Served {
	    time: number;
	    method: string;
	    name: string;
	    params: string;
	    how: string;
	    seq: number;
	    times: number;
	}

}

export namespace profile {
	
	export interface Value {
	    name: string;
	    value?: string;
	    secret?: boolean;
	}
	export interface Auth {
	    grant?: string;
	    auto?: boolean;
	    issuer?: string;
	    authorizationEndpoint?: string;
	    tokenEndpoint?: string;
	    registrationEndpoint?: string;
	    revocationEndpoint?: string;
	    resource?: string;
	    scopes?: string[];
	    extra?: Value[];
	    clientKind?: string;
	    clientID?: string;
	    clientIssuer?: string;
	    clientAuth?: string;
	    clientMetadataURL?: string;
	    keyID?: string;
	    signingAlg?: string;
	    redirectHost?: string;
	    redirectPort?: number;
	    browserWait?: number;
	    idpIssuer?: string;
	    idpTokenEndpoint?: string;
	    idpClientID?: string;
	    idpClientAuth?: string;
	    idpKeyID?: string;
	    idpTokenType?: string;
	    dpop?: string;
	    allowHTTP?: string[];
	    allowPrivate?: boolean;
	    allowNoPKCE?: boolean;
	}
	export interface Era {
	    mode?: string;
	    version?: string;
	}
	export interface Limits {
	    rounds?: number;
	    questions?: number;
	    pages?: number;
	    messageBytes?: number;
	    tasks?: number;
	    followed?: number;
	    taskInputs?: number;
	}
	export interface Network {
	    ca?: string;
	    clientCert?: string;
	    clientKey?: string;
	    clientCertAll?: boolean;
	    proxy?: string;
	}
	export interface Root {
	    uri: string;
	    name?: string;
	}
	export interface Protocol {
	    off?: string[];
	    roots?: Root[];
	    meta?: string;
	    logLevel?: string;
	    trace?: boolean;
	    paged?: boolean;
	    autoRefresh?: boolean;
	    noStream?: boolean;
	    limits?: Limits;
	}
	export interface Timeouts {
	    connect?: number;
	    probe?: number;
	    request?: number;
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
	    auth?: Auth;
	    network?: Network;
	    protocol?: Protocol;
	    sample?: string;
	}
	
	
	

}

export namespace query {
	
	export interface Completion {
	    insert: string;
	    label: string;
	    note: string;
	    from: number;
	    to: number;
	    count: number;
	    field: boolean;
	}
	export interface Term {
	    from: number;
	    to: number;
	    cutFrom: number;
	    cutTo: number;
	    text: string;
	    field: string;
	    value: string;
	    not: boolean;
	}

}

export namespace question {
	
	export interface Content {
	    at: string;
	    kind: string;
	    text: string;
	    cut: boolean;
	    mimeType: string;
	    size: number;
	    toolName: string;
	    toolUseID: string;
	    input: string;
	    isError: boolean;
	    contents: Content[];
	    raw: string;
	    problem: string;
	}
	export interface Warning {
	    code: string;
	    text: string;
	    grave: boolean;
	}
	export interface URL {
	    url: string;
	    before: string;
	    hostText: string;
	    after: string;
	    scheme: string;
	    host: string;
	    unicode: string;
	    site: string;
	    port: string;
	    warnings: Warning[];
	    problem: string;
	}
	export interface Elicitation {
	    mode: string;
	    message: string;
	    schema: string;
	    elicitationID: string;
	    url?: URL;
	}
	export interface Message {
	    role: string;
	    contents: Content[];
	}
	export interface ModelPreferences {
	    hints: string[];
	    cost?: number;
	    speed?: number;
	    intelligence?: number;
	}
	export interface Tool {
	    name: string;
	    title: string;
	    description: string;
	    inputSchema: string;
	}
	export interface Sampling {
	    systemPrompt: string;
	    messages: Message[];
	    preferences?: ModelPreferences;
	    maxTokens?: number;
	    stopSequences: string[];
	    temperature?: number;
	    includeContext: string;
	    tools: Tool[];
	    toolChoice: string;
	    toolChoiceJSON: string;
	    metadata: string;
	    unknown: string;
	}
	
	

}

export namespace rules {
	
	export interface Rule {
	    id: string;
	    name: string;
	    enabled: boolean;
	    profile: string;
	    method: string;
	    mode: string;
	    text: string;
	    tool: string;
	    action: string;
	    delay: number;
	    content: string;
	    code: number;
	    message: string;
	    data: string;
	    raw: string;
	}
	export interface Sampler {
	    url: string;
	    model: string;
	    timeout: number;
	    allowHTTP: boolean;
	}
	export interface Template {
	    id: string;
	    name: string;
	    method: string;
	    kind: string;
	    content: string;
	    code: number;
	    message: string;
	    data: string;
	    text: string;
	}

}

export namespace snapshots {
	
	export interface Head {
	    id: string;
	    at: number;
	    name?: string;
	    digest: string;
	    version: string;
	    protocol: string;
	    items: number;
	    bytes: number;
	    baseline?: boolean;
	    problem?: string;
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

