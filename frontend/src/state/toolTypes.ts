/** The bridge's types for tools, in one place. */
import type { Backend, BodyBytes, core } from '../backend';

export type { BodyBytes };
/** Asks for a range of a body. */
export type BodyFetch = Backend['body'];

export type Tool = core.Tool;
export type ToolList = core.ToolList;
export type ToolDetail = core.ToolDetail;
/** `headers` are extra ones of a request by hand. */
export type RunInput = core.RunInput & { readonly headers?: core.RawHeader[] };
export type RunOutput = core.RunOutput;
export type CallState = core.CallState;
export type Problem = core.Problem;
export type CoreError = core.Error;
