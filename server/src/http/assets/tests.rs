use super::*;
use axum::body::to_bytes;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/src/http/assets/site"]
struct Site;

fn ask(method: Method, path: &str, headers: &[(&str, &str)]) -> Option<Response> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    find::<Site>(&request.body(Body::empty()).unwrap(), "pkg-1")
}

fn get(path: &str, headers: &[(&str, &str)]) -> Response {
    ask(Method::GET, path, headers).unwrap_or_else(|| panic!("no {path}"))
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn coding(accepted: &str) -> String {
    header(&get("/style.css", &[("accept-encoding", accepted)]), "content-encoding").to_owned()
}

#[tokio::test]
async fn a_file_is_sent_with_what_a_browser_has_to_know() {
    let response = get("/style.css", &[]);
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "content-type"), "text/css; charset=utf-8");
    assert_eq!(header(&response, "cache-control"), "public, no-cache");
    assert_eq!(header(&response, "vary"), "accept-encoding");
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "body { color: red }\n");
    assert_eq!(header(&get("/deep/app.wasm", &[]), "content-type"), "application/wasm");
}

#[tokio::test]
async fn the_smallest_twin_that_the_browser_takes_is_sent() {
    assert_eq!(coding("gzip, deflate, br, zstd"), "br");
    assert_eq!(coding("gzip"), "gzip");
    assert_eq!(coding("BR;q=0.1"), "br");
    assert_eq!(coding("*"), "br");
    let response = get("/style.css", &[("accept-encoding", "br")]);
    assert_eq!(header(&response, "content-type"), "text/css; charset=utf-8", "it is still a style sheet");
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "not really brotli\n");
    assert_eq!(header(&get("/deep/app.wasm", &[("accept-encoding", "br, gzip")]), "content-encoding"), "gzip");
}

#[test]
fn a_coding_that_the_browser_does_not_take_is_not_sent() {
    assert_eq!(coding(""), "");
    assert_eq!(coding("identity"), "");
    assert_eq!(coding("br;q=0, gzip"), "gzip");
    assert_eq!(coding("br; q=0.000, gzip;q=0"), "");
    assert_eq!(coding("br;q=0, *"), "gzip");
    assert_eq!(coding("*;q=0"), "");
    assert_eq!(coding("brotli"), "");
}

#[tokio::test]
async fn what_the_browser_has_already_is_not_sent_again() {
    let etag = header(&get("/style.css", &[]), "etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20, "{etag}");
    for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".into()] {
        let response = get("/style.css", &[("if-none-match", &known)]);
        assert_eq!((response.status(), header(&response, "etag")), (StatusCode::NOT_MODIFIED, etag.as_str()));
        assert!(to_bytes(response.into_body(), 100).await.unwrap().is_empty());
    }
    assert_eq!(get("/style.css", &[("if-none-match", "\"other\"")]).status(), StatusCode::OK);
}

#[test]
fn each_coding_has_its_own_tag() {
    let tags =
        ["", "br", "gzip"].map(|coding| header(&get("/style.css", &[("accept-encoding", coding)]), "etag").to_owned());
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2], "{tags:?}");
    let response = get("/style.css", &[("accept-encoding", "br"), ("if-none-match", &tags[0])]);
    assert_eq!(response.status(), StatusCode::OK);
}

#[test]
fn only_what_is_in_the_folder_is_a_file() {
    for path in ["/", "/deep", "/deep/", "/nothing.css", "//style.css", "/./style.css", "/deep/../style.css"] {
        assert!(ask(Method::GET, path, &[]).is_none(), "{path}");
    }
    for path in ["/../tests.rs", "/deep/../../tests.rs", "/..\\tests.rs", "/%2e%2e/tests.rs"] {
        assert!(ask(Method::GET, path, &[]).is_none(), "{path}");
    }
}

#[test]
fn a_file_can_be_read_and_nothing_else() {
    assert!(ask(Method::HEAD, "/style.css", &[]).is_some());
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        assert!(ask(method, "/style.css", &[]).is_none());
    }
}

#[test]
fn what_is_asked_for_by_its_edition_may_be_kept_for_good_and_no_other_edition_is_there() {
    let response = get("/pkg-1/page.js", &[]);
    assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&response, "content-type"), header(&get("/pkg/page.js", &[]), "content-type"));
    assert_eq!(header(&get("/pkg/page.js", &[]), "cache-control"), "public, no-cache");
    for path in ["/pkg-2/page.js", "/pkg-1page.js", "/pkg-1", "/pkg-1/"] {
        assert!(ask(Method::GET, path, &[]).is_none(), "{path}");
    }
}

#[test]
fn another_build_is_another_edition() {
    let edition = folder_of::<Site>();
    assert!(edition.starts_with("pkg-") && edition.len() == 20, "{edition}");
    assert_eq!(edition, folder_of::<Site>());
    assert_ne!(edition, folder_of::<super::Site>());
}

#[test]
fn what_a_browser_needs_to_install_the_page_is_called_by_its_name() {
    assert_eq!(content_type("manifest.webmanifest"), "application/manifest+json");
    assert_eq!(content_type("icon-192.png"), "image/png");
    assert_eq!(content_type("favicon.svg"), "image/svg+xml");
}
