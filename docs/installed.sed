# installed.sed: where the links of a text lead once it is installed. For MAN
# and INCLUDE docs/local.am puts folders; what the source alone has is no link.
s#\]\((\.\./)?(docs/)?(tau[a-z-]*)\.([1357])\)#](MAN/man\4/\3.\4)#g
s#\]\((\.\./)?abi/(tau/[a-z_]*\.h)\)#](INCLUDE/\2)#g
s#\]\(docs/([a-z0-9-]*\.md)\)#](\1)#g
s#\]\((\.\./)?(examples(/[^) ]*)?)\)#](\2)#g
s#\[([^]]*)\]\((\.\./)?(plugins|core|tests)(/[^) ]*)?\)#\1#g
