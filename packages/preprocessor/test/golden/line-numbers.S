#define F(x) __LINE__ x
#define G __LINE__
#define H(x) x
#define K() __LINE__
F(
__LINE__
) __LINE__
G H(
1) G H(G
G) __LINE__
K(
) K
() F
(
G) __LINE__
H(__LINE__
) H(F(
1
) G
)
