/**
 * The page's data, as types: what the service sends, and what the page makes of it. Nothing runs here.
 *
 * Times named `at`, `from`, `to` are seconds since the run began.
 *
 * @typedef {{id: string, tool: string, arguments?: Object<string, unknown>, depends_on?: string[], purpose?: string,
 *   for_each?: string|null, when?: string|null}} PlannedTask
 * @typedef {{name: string, status: string, transport: string, tools: number, error: string|null, title?: string,
 *   inputs?: ServerInput[], sign_in?: string|null, consent?: string}} Server
 * @typedef {{id: string, description?: string, secret?: boolean, default?: string, options?: string[]}} ServerInput
 * @typedef {{name: string, server: string, title: string, description: string, read_only?: boolean}} Tool
 * @typedef {{plans_by_model: number, found: number, found_offline: number, cited: number, seconds: number}} ModelCard
 * @typedef {{name: string, usable: boolean, reason?: string|null, card?: ModelCard|null}} Model
 * @typedef {{models: Model[], writer: string|null, planner: string|null, error: string|null, suggestion?: {name: string, gigabytes: number}|null}} Models
 *
 * A model that is being fetched; `error` ends it.
 * @typedef {{model: string, share: number|null, status: string, error: string|null}} Pull
 * @typedef {{id: number, title: string, url: string, snippet: string, task_id: string}} Source
 * @typedef {{what: string, why: string}} LeftOut
 * @typedef {{sentence: string, source: number, verdict: 'supported'|'weak'|'unsupported', span: string}} Support
 *
 * A conversation in a list, and one opened: its runs, newest first, without what their tasks returned.
 * @typedef {{id: string, title: string, created_at: string, changed_at: string, run_count: number}} Thread
 * @typedef {Thread & {runs: Report[], next_cursor: string|null}} Conversation
 * @typedef {{begun: number, ended: number|null}} ReportedSpan
 * @typedef {{id: string, tool: string, server: string, purpose: string, status: string, cached: boolean, duration: number|null,
 *   error: string|null}} ReportedTask
 * @typedef {{understood: string|null, discovered_at: number|null, planning: ReportedSpan[], answering: ReportedSpan|null,
 *   ended_at: number|null, steps: {at: number, result_of: string|null}[], drafted: PlannedTask[], blocks: string[], tail: string,
 *   tasks: Object<string, {written_at: number, ended_at: number|null, arguments: Object<string, unknown>|null,
 *   attempts: (ReportedSpan & {error: string|null})[]}>}} Course
 * @typedef {{id: string, thread_id: string, status: string, query: string, model: string|null, planner: string|null,
 *   answer: string|null, html: string|null, sources: Source[], left_out: LeftOut[], support: Support[],
 *   plan: {tasks: PlannedTask[]}|null, tasks: ReportedTask[], thinking_steps: string[], timings: Timings, usage: Usage,
 *   created_at: string, error: string|null, course: Course|null}} Report
 *
 * An event of a run, as its stream sends it. `data` differs by `type`; the reducers name what they read.
 * @typedef {{seq: number, run_id: string, at: number, type: string, message: string, data: any}} RunEvent
 *
 * One try at a task. `error` is why it failed, where another try followed.
 * @typedef {{from: number, to: number|null, error: string|null}} Attempt
 *
 * What the user is asked before a task goes on: whether a call may be made, or what its server wants to know.
 * @typedef {{why: string, arguments: Object<string, unknown>, calls: number, question: string|null,
 *   schema: Schema|null, url: string|null}} Asking
 *
 * As much of a JSON Schema as a server's question to the user may hold: an object of plain values.
 * @typedef {{type?: string, title?: string, description?: string, default?: unknown, enum?: string[], enumNames?: string[],
 *   oneOf?: {const: string, title?: string}[], anyOf?: {const: string, title?: string}[], items?: Schema, format?: string,
 *   minimum?: number, maximum?: number, minLength?: number, maxLength?: number, properties?: Object<string, Schema>,
 *   required?: string[]}} Schema
 *
 * @typedef {'queued'|'waiting'|'running'|'retrying'|'completed'|'failed'|'skipped'|'cancelled'} TaskStatus
 * @typedef {object} Task
 * @property {string} id
 * @property {string} tool
 * @property {string} server
 * @property {PlannedTask} planned as its plan has it
 * @property {string} purpose
 * @property {string[]} dependsOn tasks it waits for, those in its references included
 * @property {Object<string, unknown>} arguments as planned, then as called
 * @property {boolean} accepted it is of a plan that runs, not only of a draft
 * @property {TaskStatus} status
 * @property {number} writtenAt
 * @property {Attempt[]} attempts
 * @property {number|null} endedAt
 * @property {number|null} duration as the service measured it
 * @property {boolean} cached
 * @property {unknown} result
 * @property {string|null} resultUrl where the result stands when it is too large for an event
 * @property {string|null} error why it failed or was skipped
 * @property {unknown[]} content what of the result is no text: images, links
 * @property {Asking|null} asking what the user is asked now
 * @property {{progress: number, total: number|null, text: string}|null} progress
 *
 * @typedef {object} Answer
 * @property {string|null} model null: quoted without a model
 * @property {string[]} blocks finished blocks, as the service's safe HTML
 * @property {string} tail text since the last block
 * @property {string} text the whole answer as Markdown, once complete
 * @property {Source[]} sources
 * @property {LeftOut[]} leftOut
 * @property {Support[]} support one for each mark, in their order, once complete
 *
 * @typedef {{from: number, to: number|null}} Span
 * @typedef {{at: number, text: string, resultOf: string|null}} Step resultOf: the task whose result it unfolds
 * @typedef {{discover: number, plan: number, execute: number, synthesize: number, total: number, serial_tools: number, tools: number}} Timings
 * @typedef {{model_calls: number, prompt_tokens: number, completion_tokens: number, cost?: number|null}} Usage
 *
 * @typedef {'asking'|'queued'|'running'|'completed'|'partial'|'failed'|'cancelled'} RunStatus
 * @typedef {object} Run
 * @property {string|null} id null until the service has taken the question
 * @property {RunStatus} status
 * @property {string} query
 * @property {string|null} understood what a follow-up is taken to ask
 * @property {string|null} model
 * @property {'model'|'offline'|'given'|null} planner
 * @property {number} lastSeq
 * @property {Server[]} servers
 * @property {number|null} toolCount
 * @property {number|null} discoveredAt
 * @property {Span[]} planning one span a planning round
 * @property {string|null} waiting why the model has not begun
 * @property {Task[]} tasks in the order they were written
 * @property {Step[]} steps
 * @property {number} found passages found so far
 * @property {{html: string, sources: Source[]}|null} preview quotations until the answer begins
 * @property {Answer|null} answer
 * @property {number|null} answerFrom
 * @property {number|null} answerTo
 * @property {number|null} endedAt
 * @property {Timings|null} timings
 * @property {Usage|null} usage
 * @property {string|null} error
 *
 * A run, and what the reader did with it.
 * @typedef {object} Shown
 * @property {string} key stays the same from the asking on
 * @property {Run} run
 * @property {boolean|null} strip opened or closed by the reader; null: as the run goes
 * @property {boolean|null} steps likewise
 * @property {string|null} task the opened task
 * @property {number|null} origin when the run began, in milliseconds of the page's clock
 * @property {boolean} stopping
 *
 * How questions are to be answered: the model, null for the service's own choice; quick, normal, thorough, or plan first; servers not to use.
 * @typedef {{model: string|null, effort: string, off: string[]}} Wishes
 *
 * What to say when something went wrong: what happened, what is still fine, what to do.
 * @typedef {{kind: 'error'|'lost'|'back', happened: string, fine?: string, todo?: string}} Notice
 *
 * @typedef {object} History
 * @property {string} query
 * @property {'loading'|'ready'|'failed'} status
 * @property {Thread[]} threads
 * @property {string[]} deleted ids of those listed that were deleted, and can be had back
 * @property {string|null} next
 * @property {Notice|null} problem why the last look failed
 *
 * @typedef {object} Page
 * @property {string|null} threadId
 * @property {Shown[]} runs
 * @property {string|null} earlier where the conversation's earlier runs begin; null: all are shown
 * @property {number|null} away since when the service has not answered, by the page's clock; null: it is there
 * @property {Notice|null} notice
 * @property {{text: string, version: number}} draft text put back into the box
 * @property {Tool[]|null} tools null: not known yet
 * @property {Server[]|null} servers
 * @property {Models|null} models
 * @property {Pull|null} pull
 * @property {Wishes} wishes
 * @property {string[]} queue questions to be asked when the run that is under way has ended
 * @property {boolean} opening a thread is being fetched
 * @property {History} history
 */

export {};
