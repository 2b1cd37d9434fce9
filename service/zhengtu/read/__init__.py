"""A report folder in, a `Report` out; every fault an InputError that says where and how to mend it."""
