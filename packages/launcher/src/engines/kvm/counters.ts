// What the addon counted since the last time. Enters: a vCPU. Leaves: its exits by reason, in the statistics.
import { type KvmVcpu, exitReasonNames } from '@kernelbox/kvm'
import type { StatisticsRecorder } from '../../statistics.ts'

export function takeCounters(vcpu: KvmVcpu, statistics: StatisticsRecorder): void {
  const { exits, reasons } = vcpu.takeCounters()
  statistics.exits += exits
  for (let reason = 0; reason < reasons.length; reason++) {
    const count = reasons[reason] as number
    if (count > 0) statistics.countReason(exitReasonNames[reason] ?? `reason${reason}`, count)
  }
}
