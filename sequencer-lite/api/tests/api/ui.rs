//! The pages for people.

use crate::service::{Service, transaction};

#[tokio::test]
async fn every_page_leads_to_the_others() {
    let service = Service::with_blocks(8).await;
    let text = async |path: String| {
        let answer = service.get(&path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(answer.content_type.starts_with("text/html"), "{path}");
        String::from_utf8(answer.body).unwrap()
    };
    let hash = transaction(7, 1).commit();
    let block = service.blocks[7].leaf.block_header.commit();
    let home = text("/ui".into()).await;
    for expected in [
        "/ui/block/7".to_owned(),
        format!("/ui/block/{block}"),
        format!("/ui/transaction/{hash}"),
        "/ui/namespace/7".into(),
        "<time datetime=1970-01-01T00:16:43Z>".into(),
        "<b>5</b><span>proved on L1, height</span>".into(),
        "<b>2</b><span>blocks not yet proved</span>".into(),
        "<b>12</b><span>transactions</span>".into(),
    ] {
        assert!(home.contains(&expected), "{expected} is not in {home}");
    }
    for page in [
        format!("/ui/block/{block}"),
        "/ui/block/7".into(),
        "/ui/namespace/7".into(),
    ] {
        assert!(text(page).await.contains(&format!("/ui/transaction/{hash}")));
    }
    let bytes = text(format!("/ui/transaction/{hash}")).await;
    let hexadecimal = hex::encode(transaction(7, 1).payload);
    assert!(bytes.contains(&hexadecimal));
    for (query, target) in [
        ("7".to_owned(), "/ui/block/7".to_owned()),
        (hash.to_string(), format!("/ui/transaction/{hash}")),
        (block.to_string(), format!("/ui/block/{block}")),
    ] {
        assert_eq!(
            service.get(&format!("/ui/search?q={query}")).await.location,
            target
        );
    }
    for path in ["/ui/block/99", "/ui/search?q=%3Cscript%3E", "/ui/transaction/x"] {
        let answer = service.get(path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        assert!(
            !String::from_utf8(answer.body).unwrap().contains("script"),
            "{path}"
        );
    }
}
