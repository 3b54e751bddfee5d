// Whole files against GNU ld 2.40 (Debian 12): objects of GNU as 2.40, and the SHA-1 of what GNU ld makes of them. How each was
// made stands beside it: the words of ld, the script where one was given.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { Md5, Sha1 } from './linker-sections/digest.ts'
import { link } from './index.ts'
import type { LinkOptions } from './options.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Runs of A (zeros) are written as their length in braces. */
function decode(text: string): Uint8Array {
  const digits = [...text.replace(/\{(\d+)\}/g, (_, count: string) => 'A'.repeat(Number(count)))].map((digit) => alphabet.indexOf(digit))
  const bytes: number[] = []
  for (let i = 0; i + 1 < digits.length; i += 4) {
    const word = digits.slice(i, i + 4).reduce((sum, digit, at) => sum | (digit << (18 - 6 * at)), 0)
    bytes.push((word >> 16) & 255, (word >> 8) & 255, word & 255)
  }
  return Uint8Array.from(bytes.slice(0, Math.floor((digits.length * 3) / 4)))
}

function hexadecimal(digest: Uint8Array): string {
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function sha1(bytes: Uint8Array): string {
  const digest = new Sha1()
  digest.update(bytes)
  return hexadecimal(digest.finish())
}

const script = `SECTIONS { . = 0x1000; .zz : { symbolsB.o(.zz) *(.zz) } ss = .; .text : { *(.text) } .data : { *(.data) } HIDDEN(hs = .); .bss : { *(.bss) *(COMMON) } ab = 0x55; PROVIDE_HIDDEN(ph = .); .rodata : { *(.rodata*) } }
`

const objects = {
  symbolsA:
    'f0VMRgIBAQ{12}EAPgAB{25}EgD{13}EAAAAAAAEAADAALAJDoAAAAAOsAk{33}E{10}QAAAAAAAJBoZWxsbwBoZWxsbzIABQ{49}DAAE{23}EAAAAAAAEAAQ{20}QAAAAAAAEAC{21}cAAAAAAAY{23}wAAAAAAAM{23}8AAAABAAU{12}E{15}DAAc{22}BIAAAAAAAcABg{19}BYAAAAAAPH/BQ{19}BsAAAAAAAg{22}B8AAAAQAAE{22}CYAAAAQ{25}CkAAAAg{25}CwAAAARAPL/C{10}Q{9}C8AAAAQAgMAB{20}DIAAAAQAQMAC{20}DUAAAAQAPH/Bw{20}BsYQBsYgB6c3ltAGQxAGxjAHZpcwBhYnMxAGRiZwBfc3RhcnQAYjEAd3UAY2MAaGcAaWcAYWJzMg{9}C{10}QAAAAMAAAA/P////////8J{10}EAAAAN{15}R{10}EAAAAH{15}Z{10}EAAAABAAAAGQ{9}E{10}oAAAAP{16}LnN5bXRhYgAuc3RydGFiAC5zaHN0cnRhYgAucmVsYS50ZXh0AC5yZWxhLmRhdGEALmJzcwAuenoALnJvZGF0YS5zdHIxLjEALmRlYnVnX2Zvbw{91}CAAAAABAAAABg{19}E{10}IQ{20}E{20}bAAAABAAAAE{20}B4AgAAAAAAAG{10}CQAAAAEAAAAI{9}Bg{9}KwAAAAEAAAAD{20}YQ{9}M{21}Q{19}CYAAAAEAAAAQ{20}NgC{8}G{10}JAAAAAwAAAAg{9}G{10}xAAAACAAAAAM{19}Bw{10}Q{20}E{20}NgAAAAEAAAAG{20}c{10}B{21}Q{19}DoAAAABAAAAMg{19}HE{9}DQ{20}E{10}Q{8}BJAAAAAQ{24}B+{10}Q{20}B{21}QAAAAI{25}i{9}CwAQ{8}oAAAALAAAAC{10}Y{10}kAAAAD{25}DgC{8}Og{20}E{20}RAAAAAw{24}DwAgAAAAAAAFQ{20}B{20}',
  symbolsB:
    'f0VMRgIBAQ{12}EAPgAB{25}IAB{13}EAAAAAAAEAACQAIAMOQkJCQbG8{34}QAAAAQA8f8{21}BQAAAAAAB{23}C{8}QAB{20}CwAAAAAABQ{22}DgAAAAQA8f8{21}FwAAAAAAAQAC{20}GgAAABIAAQ{12}E{9}HQAAACAAAQAD{21}GIuYwB6YgBsYgBzMgBzZWNvbmQuYwBsMwBiMQB3ZAAALnN5bXRhYgAuc3RydGFiAC5zaHN0cnRhYgAudGV4dAAuZGF0YQAuYnNzAC56egAucm9kYXRhLnN0cjEuMQ{87}BsAAAABAAAABg{19}E{10}B{21}E{20}hAAAAAQAAAAM{19}BE{31}B{20}JwAAAAgAAAAD{20}R{32}Q{19}CwAAAABAAAABg{19}EQ{10}Q{20}E{20}wAAAAAQAAADI{19}BF{10}M{20}B{10}E{10}QAAAAI{25}S{9}DY{10}cAAAAHAAAAC{10}Y{10}kAAAAD{25}CAB{8}I{21}E{20}RAAAAAw{24}BAAQAAAAAAAD8{20}B{20}',
  symbolsC:
    'f0VMRgIBAQ{12}EAPgAB{25}Mg{14}EAAAAAAAEAABwAGAMM{42}QAAAAQA8f8{21}BQAAABAAAQ{23}GMuYwBjMQAALnN5bXRhYgAuc3RydGFiAC5zaHN0cnRhYgAudGV4dAAuZGF0YQAuYnNz{92}GwAAAAEAAAAG{20}Q{10}B{21}Q{19}CEAAAABAAAAAw{19}EE{31}E{20}nAAAACAAAAAM{19}BB{31}B{21}QAAAAI{25}S{9}BI{10}UAAAACAAAAC{10}Y{10}kAAAAD{25}J{10}C{21}E{20}RAAAAAw{24}CY{9}Cw{20}B{20}',
  slots:
    'f0VMRgIBAQ{12}EAPgAB{25}NAE{13}EAAAAAAAEAACQAIAEiLBQAAAABMiw0AAAAASIsdAAAAAEiLDQAAAACLDQAAAABEixUAAAAA/xUAAAAA/yUAAAAA/xUAAAAA/yUAAAAA/xUAAAAASIUFAAAAAESFDQAAAABIAxUAAAAATDsdAAAAAEQTBQAAAAAzLQAAAAD/NQAAAABIgz0AAAAAAP81AAAAAEiDPQAAAAAASIM9AAAAAABIgz0AAAAAAMPDwwE{10}g{53}BAAAAAAABAJ0{20}EAAAAAAABAJ4{20}IAAAAEAAB{23}PAAAAE{26}lAAAAEAABAJw{20}oAAAAI{26}rAAAAEADx/0UjAQ{17}uAAAAEAAD{23}xAAAAEAADAAg{20}1AAAAEAADAB{21}5AAAAI{27}bGYAbGYyAF9zdGFydABfR0xPQkFMX09GRlNFVF9UQUJMRV8AZ2YAd3UAYWIAZ2QAZ2QyAGdkMwB3dTIAAAAAAw{9}qAAAABQAAAPz/////////Cg{9}qAAAAAQAAAPz/////////EQ{9}qAAAABgAAAPz/////////G{10}qAAAABwAAAPz/////////Hg{9}pAAAABQAAAPz/////////JQ{9}qAAAABgAAAPz/////////Kw{9}pAAAABQAAAPz/////////MQ{9}pAAAABQAAAPz/////////Nw{9}pAAAABgAAAPz/////////PQ{9}pAAAABgAAAPz/////////Qw{9}pAAAABwAAAPz/////////Sg{9}qAAAABQAAAPz/////////UQ{9}qAAAABQAAAPz/////////W{10}qAAAABQAAAPz/////////Xw{9}qAAAABQAAAPz/////////Zg{9}qAAAABgAAAPz/////////b{10}pAAAABwAAAPz/////////cg{9}JAAAABQAAAPz/////////eQ{9}JAAAACAAAAPv/////////g{10}JAAAACQAAAPz/////////hw{9}JAAAACgAAAPv/////////jw{9}JAAAACwAAAPv/////////lw{9}JAAAAAgAAAPv/////////E{10}BAAAACg{15}C5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnJlbGEudGV4dAAucmVsYS5kYXRhAC5ic3M{89}IAAAAAEAAAAG{20}Q{9}Cf{21}Q{19}BsAAAAEAAAAQ{20}FgC{8}KAI{8}GAAAAAQAAAAg{9}G{10}rAAAAAQAAAAM{19}Df{9}Bg{20}B{20}JgAAAAQAAAB{21}gAQ{8}Y{10}YAAAADAAAAC{10}Y{9}DEAAAAIAAAAAw{19}Pc{31}E{20}BAAAAAg{24}D4{9}CAB{8}BwAAAAMAAAAI{9}Bg{9}CQAAAAM{25}GAI{8}9{21}Q{19}BEAAAAD{25}JgE{8}Ng{20}E{20}',
  indirect:
    'f0VMRgIBAQM{11}EAPgAB{25}JgE{13}EAAAAAAAEAACQAIAOgAAAAA/xUAAAAASIsFAAAAAEiNBQAAAABIx8AAAAAASIsdAAAAAOgAAAAA6AAAAABIiw0AAAAA6AAAAAD/NQAAAAD/NQAAAABIjT0AAAAAw8PDw8PDw8PDw8M{92}BAAAACgABAFk{20}FAAAACgABAFo{19}BLAAAAEAAB{23}KAAAAGgABAF{21}OAAAAE{26}GAAAAGgABAFE{20}kAAAAGgABAFI{20}oAAAAGgABAFM{20}sAAAAGgABAFQ{20}wAAAAGgABAFU{20}0AAAAGgABAFY{20}4AAAAGgABAFc{20}8AAAAGgABAFg{19}BAAAAAE{25}BSAAAAE{27}bGlmAGxpZjIAaWYxAF9HTE9CQUxfT0ZGU0VUX1RBQkxFXwBpZjMAaWY0AGlmNQBpZjYAaWY3AGlmOABpZjkAX19yZWxhX2lwbHRfc3RhcnQAX19yZWxhX2lwbHRfZW5k{10}E{9}BAAAAAQAAAD8/////////wc{9}KQAAAAYAAAD8/////////w4{9}KgAAAAcAAAD8/////////xU{10}gAAAAgAAAD8/////////xw{9}CwAAAAk{14}CM{9}KgAAAAoAAAD8/////////yg{9}BAAAAAoAAAD8/////////y0{9}BAAAAAEAAAD8/////////zQ{9}KgAAAAIAAAD8/////////zk{9}BAAAAAsAAAD8/////////z8{9}CQAAAAwAAAD8/////////0U{9}CQAAAA0AAAD8/////////0w{10}gAAAA0AAAD8/////////w{11}QAAAAs{15}g{10}QAAAAQ{14}B{11}QAAAAI{14}Bg{10}QAAAA4{14}C{11}QAAAA8{16}uc3ltdGFiAC5zdHJ0YWIALnNoc3RydGFiAC5yZWxhLnRleHQALnJlbGEuZGF0YQAuYnNz{89}CAAAAABAAAABg{19}E{10}Ww{20}E{20}bAAAABAAAAE{20}CwAgAAAAAAADgB{8}BgAAAAEAAAAI{9}Bg{9}KwAAAAEAAAAD{20}mw{9}o{21}Q{19}CYAAAAEAAAAQ{20}OgD{8}e{10}GAAAAAwAAAAg{9}G{10}xAAAACAAAAAM{19}DD{31}B{21}QAAAAI{25}y{9}CAAQ{8}cAAAADAAAAC{10}Y{10}kAAAAD{25}EgC{8}Yg{20}E{20}RAAAAAw{24}BgB{8}DY{20}B{20}',
  indirectI386:
    'f0VMRgEBAQM{11}EAAwAB{14}DAAgAAAAAAADQAAAAAACgACQAIAOj8/////5MAAAAAi4MAAAAAjQUAAAAAuAAAAACLmwAAAADo/P///+j8////i4sAAAAA6Pz/////swAAAAD/swAAAACNPQAAAADDw8PDw8PDw8PDww{48}EAAABS{10}oAAQAFAAAAUw{9}KAAEASg{14}EAABAAoAAABJ{9}BoAAQAO{15}QAAAABgAAAEo{9}GgABACQAAABL{9}BoAAQAoAAAAT{10}aAAEALAAAAE0{9}GgABADAAAABO{9}BoAAQA0AAAATw{9}aAAEAOAAAAF{10}GgABADwAAABR{9}BoAAQB{16}QAAAAUQ{14}EAAAAABsaWYAbGlmMgBpZjEAX0dMT0JBTF9PRkZTRVRfVEFCTEVfAGlmMwBpZjQAaWY1AGlmNgBpZjcAaWY4AGlmOQBfX3JlbF9pcGx0X3N0YXJ0AF9fcmVsX2lwbHRfZW5kAAEAAAACBAAABwAAACsGAAANAAAAKwcAABMAAAABCAAAGAAAAAEJAAAeAAAAKwoAACMAAAACCgAAKAAAAAIBAAAuAAAAKwIAADMAAAACCwAAOQAAAAMMAAA/AAAAAw0AAEUAAAABDQ{8}ELAAAEAAAAAQQAAAgAAAABAgAADAAAAAEOAAAQAAAAAQ8AAAAuc3ltdGFiAC5zdHJ0YWIALnNoc3RydGFiAC5yZWwudGV4dAAucmVsLmRhdGEALmJzcw{54}HwAAAAEAAAAG{9}DQAAABU{15}B{9}BsAAAAJAAAAQ{9}D8AQAAaAAAAAYAAAABAAAABAAAAAgAAAApAAAAAQAAAAM{9}iAAAABQ{15}E{9}JQAAAAkAAAB{10}GQCAAAoAAAABgAAAAMAAAAEAAAACAAAAC8AAAAIAAAAAw{8}Cc{21}Q{9}BAAAAAg{14}nAAAAAABAAAHAAAAAwAAAAQAAAAQAAAACQAAAAM{14}JwBAABg{15}B{9}BEAAAAD{14}CMAgAAN{16}Q{9}',
  unwindA:
    'f0VMRgIBAQ{12}EAPgAB{27}C{13}EAAAAAAAEAACgAJAFVdw+gAAAAAw8M{8}U{10}F6UgABeBABGwwHCJABAAAYAAAAH{10}DAAAAAEEOEIYCQQ4IAAAAG{10}BelBSAAF4EAYbAAAAABsMBwiQARQAAAAg{10}Y{52}DAAE{23}EAAAAQAAE{23}QAAAAQAAEAAw{20}sAAAAQAAEACQ{19}BAAAAAQ{26}BmMQBfc3RhcnQAcGVycwBmMg{8}Q{9}BAAAAAUAAAD8/////////y{11}gAAAAE{14}EY{10}gAAAAQ{14}Fg{10}gAAAAEAAAAD{11}uc3ltdGFiAC5zdHJ0YWIALnNoc3RydGFiAC5yZWxhLnRleHQALmRhdGEALmJzcwAucmVsYS5laF9mcmFtZQ{86}IAAAAAEAAAAG{20}Q{10}K{21}Q{19}BsAAAAEAAAAQ{20}GAB{8}G{10}HAAAAAQAAAAg{9}G{10}mAAAAAQAAAAM{19}BK{31}B{20}LAAAAAgAAAAD{20}Sg{31}Q{19}DYAAAABAAAAAg{19}F{10}a{21}g{20}xAAAABAAAAE{20}B4AQAAAAAAAEg{9}BwAAAAUAAAAI{9}Bg{10}QAAAAI{25}u{9}CQ{10}gAAAACAAAAC{10}Y{10}kAAAAD{25}EgB{8}Ew{20}E{20}RAAAAAw{24}DAAQAAAAAAAE{21}B{20}',
  unwindB:
    'f0VMRgIBAQ{12}EAPgAB{25}MAB{13}EAAAAAAAEAACQAIAFVdw5DDAAAAF{10}BelIAAXgQARsMBwiQAQAAGAAAABw{10}wAAAABBDhCGAkEOCAAAABg{10}XpQUgABeBAGGwAAAAAbDAcIkAEUAAAAI{10}C{53}wAB{23}BAAAAEAAB{23}EAAAAEAABAAM{20}JAAAAE{27}ZjIAZm9vMgBwZXJzAAAAI{10}CAAAAAQ{14}Rg{9}CAAAAB{15}W{10}CAAAAAQAAAAM{10}C5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnRleHQALmRhdGEALmJzcwAucmVsYS5laF9mcmFtZQ{93}bAAAAAQAAAAY{19}B{11}U{20}B{20}IQAAAAEAAAAD{20}RQ{31}Q{19}CcAAAAIAAAAAw{19}EU{31}E{20}xAAAAAQAAAAI{19}BI{9}Gg{20}I{20}LAAAAAQAAAB{21}OAEAAAAAAABI{10}YAAAAEAAAAC{10}Y{10}EAAAAC{25}L{10}e{10}HAAAAAgAAAAg{9}G{10}JAAAAAw{25}oAQ{8}4{20}B{20}EQAAAAM{25}gAE{8}7{21}Q{20}',
  relro:
    'f0VMRgIBAQ{12}EAPgAB{25}KAB{13}EAAAAAAAEAACwAKAMM{127}EAAAAAAPH/Z{21}QAAAAAAPH/E{21}cAAAAAAPH/C{21}oAAAAAAPH/B{21}0AAAAAAPH/E{20}BAAAAAQAAE{23}BCUwBEQQBEUgBURABSTwBfc3RhcnQAAC5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnRleHQALmRhdGEALmJzcwAucm9kYXRhAC50ZGF0YQAuaW5pdF9hcnJheQAuZGF0YS5yZWwucm8{93}GwAAAAEAAAAG{20}Q{10}B{21}Q{19}CEAAAABAAAAAw{19}EE{9}E{21}E{20}nAAAACAAAAAM{19}BR{9}GQ{20}B{20}LAAAAAEAAAAC{20}UQ{9}Q{21}Q{19}DQAAAABAAAAAwQ{18}GE{9}B{21}E{20}7AAAADgAAAAM{19}Bl{10}g{20}B{10}g{9}RwAAAAEAAAAD{20}g{10}I{20}I{21}EAAAAC{25}Ig{9}q{10}JAAAABgAAAAg{9}G{10}JAAAAAw{25}wAQAAAAAAABc{20}B{20}EQAAAAM{25}RwEAAAAAAABU{21}Q{20}',
  // Comdat groups, of which groupB's loses; debug information about it, sections that no script names.
  groupA:
    'f0VMRgIBAQ{12}EAPgAB{27}C{13}E{7}EAAEgARAAEAAAAH{5}QAAAAsAAADo{5}MM{22}QIU{10}F6UgABeBABGwwHCJABAAAUAAAAH{10}B{53}wAH{23}B{7}C{23}HAAAAEAAD{23}OAAAAIAAH{24}d200LjEAX3N0YXJ0AGYAAQ{9}EAAAABAAAAPz/////////{11}BAAAAB{15}C{10}B{5}Q{14}I{10}C{5}Q{15}C5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnJlbGEudGV4dAAuZGF0YQAuYnNzAC50ZXh0LmYALnJlbGEuZGVidWdfeAAub3RoZXIALmRlYnVnX20ALm5vdGUuR05VLXN0YWNrAC5yZWxhLmVoX2ZyYW1lAC5ncm91c{91}dgAAABE{25}Q{10}I{10}8AAAAEAAAAB{10}E{9}HYAAAAR{25}Eg{9}C{10}P{5}gAAAAQ{9}B{10}g{5}QAAAAY{19}BQ{10}U{20}B{20}GwAAAAQAAAB{21}IAE{8}Y{10}8AAAADAAAAC{10}Y{9}CYAAAAB{5}w{19}FU{31}E{20}sAAAAC{5}M{19}BV{31}B{20}MQAAAAEAAAAGAg{18}VQ{9}B{21}Q{19}D4AAAAB{25}FY{9}E{21}E{20}5AAAABAAAAE{21}4AQ{7}D{10}DwAAAAgAAAAI{9}Bg{9}RwAAAAE{25}Zg{9}B{21}Q{19}E4AAAAB{6}I{18}Gc{10}Q{20}E{19}BX{5}Q{24}Bo{31}B{20}b{5}EAAAAC{20}a{10}w{20}C{20}GcAAAAEAAAAQ{20}GgB{8}G{10}PAAAADQAAAAg{9}G{10}B{5}g{24}CY{9}Hg{9}E{5}MAAAAI{9}Bg{9}CQAAAAM{25}EAE{8}Q{21}Q{19}BEAAAAD{25}IAB{8}fQ{20}E{20}',
  groupB:
    'f0VMRgIBAQ{12}EAPgAB{25}CgC{13}E{7}EAAEAAPAAEAAAAHAAAA6{5}BIjQU{5}YWJjAMM{10}Hg{8}U{10}F6UgABeBABGwwHCJABAAAUAAAAH{10}B{53}wAC{23}B{7}C{29}wAH{23}D{7}G{23}IAAAAIAAH{24}ZwAuTEMwAGY{42}Q{9}EAAAABQAAAPz/////////C{10}CAAAABAAAAPz/////////{11}B{5}w{14}I{10}C{5}w{15}C5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnJlbGEudGV4dAAuZGF0YQAuYnNzAC5yb2RhdGEuc3RyMS4xAC50ZXh0LmYALnJlbGEuZGVidWdfeAAuY29tbWVudAAucmVsYS5laF9mcmFtZQAuZ3JvdX{91}G4AAAAR{25}E{10}C{10}NAAAABQAAAAQ{9}B{10}g{5}QAAAAY{19}BI{10}w{20}B{20}GwAAAAQAAAB{21}OAE{7}BI{10}0AAAACAAAAC{10}Y{9}CYAAAAB{5}w{19}FQ{31}E{20}sAAAAC{5}M{19}BU{31}B{20}MQAAAAEAAAAy{20}V{10}E{21}Q{9}B{9}E{5}BAAAABgI{18}Fg{10}Q{20}E{19}BN{5}Q{24}BZ{10}g{20}B{20}S{5}QAAAB{21}gAE{8}Y{10}0AAAAIAAAAC{10}Y{9}FYAAAABAAAAM{20}GE{10}g{20}E{10}Q{8}Bk{5}QAAAAI{19}Bo{9}D{21}I{20}XwAAAAQAAAB{21}mAE{8}Y{10}0AAAALAAAAC{10}Y{10}EAAAAC{25}Jg{9}k{10}OAAAABQAAAAg{9}G{10}J{5}w{25}oAQ{8}o{20}B{20}EQAAAAM{25}sAE{7}B1{21}Q{20}',
  // Words that move, a hidden symbol, a slot, an initialiser.
  pieA: 'f0VMRgIBAQ{12}EAPgAB{25}OAC{13}E{7}EAADQAMAEiNBQAAAABIiw0{5}SDsN{5}EiLBQAAAACQ{22}E{24}U{10}F6UgABeBABGwwHCJABAAAUAAAAH{10}B{53}wAB{23}BAAAAEAAB{23}IAAAAEAAD{23}OAAAAEADx/2h7{19}SAAAAEAABABU{20}ZAAAAEAIDAB{21}gAAAAE{26}2AAAAE{27}X3N0YXJ0AHNob3duAGFicwBlbnRyeTIAdmVpbGVkAF9HTE9CQUxfT0ZGU0VUX1RBQkxFXwBfZW5k{9}w{9}C{5}wAAAPz/////////Cg{9}q{5}wAAAPz/////////EQ{9}q{5}wAAAPz/////////G{10}qAAAACAAAAPz/////////{11}BAAAABg{14}C{10}B{5}g{25}BAAAABQ{14}I{10}C{5}QAAABw{10}C5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnJlbGEudGV4dAAucmVsYS5kYXRhAC5ic3MALnJlbGEuaW5pdF9hcnJheQAucmVsYS5laF9mcmFtZQ{89}g{5}QAAAAY{19}B{10}B0{20}B{20}GwAAAAQAAAB{21}yAE{7}Bg{10}oAAAABAAAAC{10}Y{9}CsAAAAB{5}w{19}F0{9}F{21}E{20}mAAAABAAAAE{21}oAg{7}D{10}CgAAAAMAAAAI{9}Bg{9}MQAAAAgAAAAD{20}cQ{31}Q{19}DsAAAAO{5}w{19}HE{9}C{21}E{9}C{10}2AAAABAAAAE{20}BYAg{7}Bg{9}CgAAAAYAAAAI{9}Bg{9}T{5}EAAAAC{20}g{10}w{20}C{20}EcAAAAEAAAAQ{20}HAC{8}G{10}KAAAAC{5}g{9}G{10}B{5}g{24}Cw{9}Ng{9}CwAAAAIAAAAI{9}Bg{9}CQAAAAM{25}iAE{8}7{21}Q{19}BEAAAAD{25}IgC{8}Vg{20}E{20}',
  // A .text marked SHF_GNU_RETAIN after the plain one, and a retained .kept.
  retained:
    'f0VMRgIBAQM{11}EAPgAB{25}Lg{14}EAAAAAAAEAACQAIAJCQAQ{39}QAAABAAAQ{23}F9zdGFydAAALnN5bXRhYgAuc3RydGFiAC5zaHN0cnRhYgAudGV4dAAuZGF0YQAuYnNzAC5rZXB0{95}bAAAAAQAAAAY{19}B{11}E{20}B{20}IQAAAAEAAAAD{20}QQ{31}Q{19}CcAAAAIAAAAAw{19}EE{31}E{20}bAAAAAQAAAAYAI{17}BB{10}E{20}B{20}LAAAAAEAAAADAC{18}Qg{9}B{21}Q{20}EAAAAC{25}Eg{9}M{10}HAAAAAQAAAAg{9}G{10}JAAAAAw{24}B4{10}g{20}B{20}EQAAAAM{25}g{10}y{21}Q{20}',
  // call and jmp by the GOT of an undefined weak symbol.
  weakBranches:
    'f0VMRgIBAQ{12}EAPgAB{25}EAB{13}EAAAAAAAEAACAAHAP8VAAAAAP8l{43}BAAAAEAAB{23}IAAAAE{26}eAAAAI{27}X3N0YXJ0AF9HTE9CQUxfT0ZGU0VUX1RBQkxFXwB3aw{11}g{9}pAAAAAwAAAPz/////////C{10}pAAAAAwAAAPz/////////AC5zeW10YWIALnN0cnRhYgAuc2hzdHJ0YWIALnJlbGEudGV4dAAuZGF0YQAuYnNz{96}IAAAAAEAAAAG{20}Q{10}M{21}Q{19}BsAAAAEAAAAQ{20}Ng{9}M{10}FAAAAAQAAAAg{9}G{10}mAAAAAQAAAAM{19}BM{31}B{20}LAAAAAgAAAAD{20}T{32}Q{20}EAAAAC{25}F{10}Y{10}GAAAAAQAAAAg{9}G{10}JAAAAAw{24}Cw{9}CE{20}B{20}EQAAAAM{25}CAE{8}x{21}Q{20}',
  // mov, cmp, test of the GOT's slot of an undefined weak symbol.
  weakLoads:
    'f0VMRgIBAQ{12}EAPgAB{25}IAB{13}EAAAAAAAEAACAAHAEiLBQAAAABIOwUAAAAASIUFAAAAAIsF{45}QAAABAAAQ{22}CAAAAB{26}HgAAAC{27}F9zdGFydABfR0xPQkFMX09GRlNFVF9UQUJMRV8Ad2s{11}M{9}KgAAAAMAAAD8/////////wo{9}KgAAAAMAAAD8/////////xE{9}KgAAAAMAAAD8/////////xc{9}KQAAAAMAAAD8/////////wAuc3ltdGFiAC5zdHJ0YWIALnNoc3RydGFiAC5yZWxhLnRleHQALmRhdGEALmJzcw{95}CAAAAABAAAABg{19}E{10}Gw{20}E{20}bAAAABAAAAE{20}Do{9}G{10}BQAAAAEAAAAI{9}Bg{9}JgAAAAEAAAAD{20}Ww{31}Q{19}CwAAAAIAAAAAw{19}Fs{31}E{20}BAAAAAg{24}Bg{9}G{10}BgAAAAEAAAAI{9}Bg{9}CQAAAAM{25}w{10}h{21}Q{19}BEAAAAD{25}EgB{8}MQ{20}E{20}',
  // .foo retained, .bar not, .twice retained; the other way about, and .twice again.
  retainedC:
    'f0VMRgIBAQM{11}EAPgAB{25}H{15}EAAAAAAAEAACAAHAAEBAQAuc2hzdHJ0YWIALnRleHQALmRhdGEALmJzcwAuZm9vAC5iYXIALnR3aWNl{87}LAAAAAQAAAAY{19}B{32}B{20}EQAAAAEAAAAD{20}Q{32}Q{19}BcAAAAIAAAAAw{19}E{32}E{20}cAAAAAQAAAAMAI{17}B{11}E{20}B{20}IQAAAAEAAAAD{20}QQ{9}B{21}Q{19}CYAAAABAAAAAwAg{17}EI{10}Q{20}E{20}BAAAAAw{24}BD{9}C0{20}B{20}',
  retainedB:
    'f0VMRgIBAQM{11}EAPgAB{25}I{15}EAAAAAAAEAACQAIAAECAmEAAC5zaHN0cnRhYgAudGV4dAAuZGF0YQAuYnNzAC5iYXIALmZvbwAudHdpY2UALm1lcmdl{96}CwAAAAEAAAAG{20}Q{32}Q{19}BEAAAABAAAAAw{19}E{32}E{20}XAAAACAAAAAM{19}B{32}B{20}HAAAAAEAAAADAC{18}Q{10}B{21}Q{19}CEAAAABAAAAAw{19}EE{10}Q{20}E{20}mAAAAAQAAAAMAI{17}BC{10}E{20}B{20}LQAAAAEAAAAyAC{18}Qw{9}C{21}Q{9}B{10}EAAAAD{25}EU{9}N{21}E{20}',
} as const

const cases: readonly [title: string, inputs: readonly (keyof typeof objects)[], options: Partial<LinkOptions>, digest: string][] = [
  // ld  -T t.lds
  [
    'a symbol table with file names, objects in the order of their sections',
    ['symbolsA', 'symbolsB', 'symbolsC'],
    { script: SourceFile.fromString('t.lds', script), scriptPosition: 0 },
    'c46e655fe4068bf06cdcef2b0987081331b0afed',
  ],
  // ld -q -T t.lds
  [
    'relocations kept behind their sections (--emit-relocs)',
    ['symbolsA', 'symbolsB', 'symbolsC'],
    { script: SourceFile.fromString('t.lds', script), scriptPosition: 0, emitRelocations: true },
    '4686c82c941256bef1fb34c1429c3a5797708e19',
  ],
  // ld --build-id -T t.lds
  [
    'a build identifier that digests the file',
    ['symbolsA', 'symbolsB', 'symbolsC'],
    { script: SourceFile.fromString('t.lds', script), scriptPosition: 0, buildId: 'sha1' },
    'f09ea4153e823354846687f7a381f4ab4831a4f8',
  ],
  // ld -s -T t.lds
  [
    'nothing but sections where symbols are stripped',
    ['symbolsA', 'symbolsB', 'symbolsC'],
    { script: SourceFile.fromString('t.lds', script), scriptPosition: 0, strip: 'all' },
    '4f34f47f0acdc410b8d95d5230aee14b204ac59b',
  ],
  // ld -x -T t.lds
  [
    'no locals with -x',
    ['symbolsA', 'symbolsB', 'symbolsC'],
    { script: SourceFile.fromString('t.lds', script), scriptPosition: 0, discardLocals: 'all' },
    'b638e3ffab15fc4dff398ff24d93b84397cade91',
  ],
  // ld -r
  ['a relocatable object (-r)', ['symbolsA', 'symbolsB', 'symbolsC'], { relocatable: true }, '4fa7fa6276138b73537920ab452deb803fe9d875'],
  // ld
  ['uses of the GOT as immediates, the others with slots in order', ['slots'], {}, '41deb1f04bb6b300e4ae6c6bec00bdee75bf81f8'],
  // ld --no-relax
  ['uses of the GOT as they are written (--no-relax)', ['slots'], { relax: false }, '4c04032ecc52ec8182801e7577ffec3c2ddf4ed8'],
  // ld --no-relax
  [
    'an undefined weak symbol as an immediate though --no-relax',
    ['weakLoads'],
    { relax: false },
    '5c1e8e50b3ef088885df49da023ea839b0394fd4',
  ],
  // ld --no-relax -Ttext=0x80000000
  [
    'branches to an undefined weak symbol by their slot with --no-relax, out of reach of zero',
    ['weakBranches'],
    { relax: false, sectionStarts: new Map([['.text', 0x80000000n]]) },
    'b7c6b9ae6a8206b83c13dd8977332afdb60fb119',
  ],
  // ld -r
  ['a section retained as its first input is', ['retained'], { relocatable: true }, 'c03e1e4cd412c496623799eefeb555966ccdc613'],
  // ld -r
  [
    'retained sections beside others of their names (-r)',
    ['retainedC', 'retainedB'],
    { relocatable: true },
    'f8e60f884428c0bb26a5babc27e8785fe4b9b85f',
  ],
  // ld
  ['indirect functions by what uses them', ['indirect'], {}, 'fb2d0fae1f9df3c3681ba20acf850aa2c780e6e5'],
  // ld -m elf_i386
  ['indirect functions on i386', ['indirectI386'], { emulation: 'elf_i386' }, '6d651c60acd72468f6cab8b6f65685fdf2d18b15'],
  // ld --eh-frame-hdr
  ['unwind information with its header', ['unwindA', 'unwindB'], { ehFrameHeader: true }, '1131e57da020ef371e877619bfe2ea6161f6f3b6'],
  // ld
  ['a data segment whose read-only part ends a page', ['relro'], {}, '1ea985fe112cadd64b80eb78c3169c8e12ec2c7f'],
  // ld -z norelro
  ['a data segment without RELRO', ['relro'], { z: ['norelro'] }, '42b6d2c8474da6baf9b15990a41f44714f2c9e17'],
  // ld -N
  ['one writable segment with -N', ['relro'], { paging: 'omagic' }, '3dd1386a8a0ca13aab348bf345c217bfc01bdb9f'],
  // ld -r
  [
    "groups kept as they are, relocations in order, the stack's note (-r)",
    ['groupA', 'groupB'],
    { relocatable: true },
    '319eee0bc7a841485f3c0a5efb791eea4a4cd3a9',
  ],
  // ld -r --force-group-allocation
  [
    'groups joined with the rest (-r --force-group-allocation)',
    ['groupA', 'groupB'],
    { relocatable: true, forceGroupAllocation: true },
    '0161d9df9261a0d64e75a5c1e622ed2b7050c656',
  ],
  // ld -r -x
  [
    'symbols that relocations and groups name, with -r -x',
    ['groupA', 'groupB'],
    { relocatable: true, discardLocals: 'all' },
    'f0e1e1fd369d6c3217ebbfd1873675f8cf621041',
  ],
  // ld -r -S
  [
    'no debug information with -r -S',
    ['groupA', 'groupB'],
    { relocatable: true, strip: 'debug' },
    '739d0808a4b98d69081a5ec950e86fbd2c5256ac',
  ],
  // ld -u asked
  [
    'what -u asks for among the symbols, sections beside memory in order',
    ['groupA', 'groupB'],
    { undefinedSymbols: ['asked'] },
    'b2edd42bb951e7453aab500c77243b141ee6da6a',
  ],
  // ld -pie --no-dynamic-linker
  ['a static position-independent program', ['pieA'], { pie: true }, '46223ba32575f9dcf67a8a1d91a12bec04b6cd90'],
  // ld -pie --no-dynamic-linker -E
  ['its symbols by .gnu.hash and .hash (-E)', ['pieA'], { pie: true, exportDynamic: true }, '7fb3aaca9654f569ee395b1e0470cdf7691beabb'],
  // ld -pie --no-dynamic-linker -E --hash-style=sysv
  [
    'its symbols by .hash alone',
    ['pieA'],
    { pie: true, exportDynamic: true, hashStyle: 'sysv' },
    '16c3ee30e0b46e8ff615d2fd2ddb90d115fef156',
  ],
] as const

describe('files as GNU ld writes them', () => {
  it.each(cases)('%s', (_, inputs, options, digest) => {
    const result = link({ inputs: inputs.map((name) => ({ name: `${name}.o`, bytes: decode(objects[name]) })), ...options })
    expect(result.diagnostics.filter((one) => one.severity === 'error')).toEqual([])
    expect(sha1(result.image as Uint8Array)).toBe(digest)
  })
})

describe('digests', () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  it('are those of FIPS 180-4 and RFC 1321', () => {
    expect(sha1(bytes('abc'))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
    expect(sha1(bytes('a'.repeat(119)))).toBe('ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56')
    const digest = new Md5()
    digest.update(bytes('message digest'))
    expect(hexadecimal(digest.finish())).toBe('f96b697d7cb7938d525a2f31aaf161d0')
  })
})
