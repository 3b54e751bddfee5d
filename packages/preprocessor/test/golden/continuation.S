#define LONG a \
	b \
	c
LONG end \
of line
/* a comment \
   that goes on */ after
// a line comment \
that goes on
next __LI\
NE__
"a string \
that goes on" x
#define ARGS(a, b) a-b
ARGS(1,
     2) same line
ARGS
  (
#define INSIDE 5
  INSIDE , /* c */
#undef INSIDE
  INSIDE
  )
done
