/**
 * What every tool says to people, and where it points.
 *
 * 1. A {@link SourceFile} is a named text, one character a byte; a {@link Span} is a range in it.
 * 2. An {@link OriginMap} leads from a generated text (preprocessed, expanded) back to the written one.
 * 3. A {@link Diagnostic} is a value: code, severity, message, span, notes, fix. Passes collect them in a
 *    {@link DiagnosticSink} and return them; nothing is thrown for a fault in an input.
 * 4. {@link renderText}, {@link renderJson} and {@link renderSarif} show them.
 */
export { type Diagnostic, type DiagnosticFix, type DiagnosticNote, DiagnosticSink, type Severity } from './diagnostic.ts'
export { type OriginFrame, OriginMap, type TextOrigin, type WrittenPlace, writtenPlace } from './origin.ts'
export { diagnosticsSchemaVersion, renderJson, renderSarif } from './render-json.ts'
export { renderText, type TextStyle } from './render-text.ts'
export { bytesToText, SourceFile, type Span, textForDisplay, textToBytes } from './source-file.ts'
export { nearestWord, WordAdvice } from './suggest.ts'
