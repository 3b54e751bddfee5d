import type { Diagnostic } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { warningChoice } from './warning-choice.ts'

const undef: Diagnostic = { code: 'undefined-in-condition', severity: 'warning', message: '', option: 'undef' }
const plain: Diagnostic = { code: 'macro-redefined', severity: 'warning', message: '' }
const severity = (words: string, diagnostic: Diagnostic, isQuiet = false) =>
  warningChoice(words.split(' '), isQuiet, words.split(' ').includes('-Werror')).decide(diagnostic)?.severity

describe('words about warnings', () => {
  it('leave a warning, make it an error or silence it', () => {
    expect([severity('-Wall', undef), severity('-Werror', undef), severity('-Wno-undef', undef)]).toEqual(['warning', 'error', undefined])
    expect([severity('-Werror=undef', undef), severity('-Werror=undef', plain)]).toEqual(['error', 'warning'])
    expect([severity('-Werror -Wno-error=undef', undef), severity('-Werror -Wno-error=undef', plain)]).toEqual(['warning', 'error'])
    expect(severity('-Werror', undef, true)).toBeUndefined()
  })
  it('never touch an error', () => {
    expect(severity('-w', { ...plain, severity: 'error' }, true)).toBe('error')
  })
  it('ask for warnings that are off by themselves', () => {
    const isOn = (words: string) => warningChoice(words.split(' '), false, false).isOn('undef')
    expect([isOn('-Wall'), isOn('-Wundef'), isOn('-Werror=undef'), isOn('-Wundef -Wno-undef')]).toEqual([false, true, true, false])
  })
})
