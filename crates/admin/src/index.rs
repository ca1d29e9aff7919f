//! The page at `/debug/pprof/`.

use crate::endpoint::Endpoint;

/// The page, with the commands as they are for a client that knows the port by this name.
pub(crate) fn page(host: &str) -> String {
    let host = escaped(host);
    let mut lines = String::new();
    for endpoint in Endpoint::ALL {
        let path = endpoint.path();
        lines.push_str(&format!(
            "<tr><td><a href=\"{}\">{path}</a></td><td>{}</td></tr>\n",
            endpoint.link(),
            endpoint.about(),
        ));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>/debug/pprof/</title></head>\n<body>\n\
         <h1>/debug/pprof/</h1>\n<table>\n{lines}</table>\n<h2>Commands</h2>\n<pre>\n\
         go tool pprof http://{host}/debug/pprof/profile\n\
         go tool pprof http://{host}/debug/pprof/heap\n\
         go tool pprof -sample_index=alloc_space http://{host}/debug/pprof/allocs\n\
         curl -o flame.svg 'http://{host}/debug/pprof/profile?seconds=10&amp;format=flamegraph'\n\
         curl -o trace.json.gz 'http://{host}/debug/pprof/trace?seconds=5'    # open it in ui.perfetto.dev\n\
         curl 'http://{host}/debug/pprof/tasks?debug=1'\n\
         </pre>\n\
         <p>One profile is taken at a time: a second is answered with 409. Where the port wants a token, fetch with\n\
         <code>curl -H \"Authorization: Bearer $TOKEN\"</code> and give the file to <code>go tool pprof</code>.</p>\n\
         </body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
