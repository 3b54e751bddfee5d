// .attach_to_group: the current section becomes a member of a group. GNU as manual §7 .attach_to_group; gABI "Section Groups".

import type { DirectiveTable } from './registry.ts'

export const groupDirectives: DirectiveTable = {
  attach_to_group(a) {
    const start = a.at
    const signature = a.readName()
    if (signature === undefined || signature === '') {
      a.error('missing-name', 'the name of a section group is expected here', start, a.end)
      a.warn('section-group', `section '${a.section.name}' stays as it was: no group is named`, start, a.end)
      return
    }
    if (!a.expectEnd()) return
    const { section } = a
    if (section.group) {
      a.warn('section-group', `section '${section.name}' is already a member of the group '${section.group.signature}'`, start, a.end)
      return
    }
    const isComdat = a.sections.all.some((other) => other.group?.signature === signature && other.group.isComdat)
    section.group = { signature, isComdat }
  },
}
