-- Exercises the interpreter; prints what must be the same whatever assembled it.
local t = {}
for i = 1, 2000 do t[i] = (i * 7919) % 2003 end
table.sort(t)
print(#t, t[1], t[1000], t[2000], select('#', table.unpack(t, 1, 100)))
local words = {}
for w in ("the quick brown fox jumps over the lazy dog"):gmatch("%a+") do words[#words + 1] = w:upper():reverse() end
print(table.concat(words, ","), string.format("%5.3f %x %q", math.pi, 0xdeadbeef, "a\nb"))
local co = coroutine.wrap(function(a) for i = 1, 5 do a = coroutine.yield(a * i) end return "end" end)
print(co(1), co(2), co(3), co(4), co(5), co(6))
print(pcall(error, { code = 7 }), select(2, pcall(function() return nil + 1 end)))
print(1 // 0.3, -7 // 2, -7 % 3, 2 ^ 0.5, 1 << 40, ~0 >> 60, 7 // 0.0, math.tointeger(3.0))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(22), collectgarbage("count") > 0, #string.pack("<i4d", 5, 2.5), utf8.char(228, 8364))
