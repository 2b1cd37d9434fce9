-- Arguments: the path with the query in it, and `new` to make every query another one by a comment at its end.
local path, new, sent, thread = "", false, 0, 0

function setup(made)
  thread = thread + 1
  made:set("thread", thread)
end

function init(arguments)
  path, new = arguments[1], arguments[2] == "new"
end

function request()
  if not new then
    return wrk.format("GET", path)
  end
  sent = sent + 1
  return wrk.format("GET", path .. "%23" .. thread .. "-" .. sent)
end
