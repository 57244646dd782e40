//! A conversation stays a tree under any sequence of operations.

use super::*;
use crate::work::job::tests::CancelAfter;
use futures::executor::block_on;
use proptest::prelude::*;

/// An operation of a person or of another tab. The numbers choose one of the existing messages.
#[derive(Clone, Debug)]
enum Act {
    Ask,
    Edit(usize),
    Answer(usize),
    Compare(usize),
    Regenerate(usize),
    Resume(usize),
    End(usize),
    Choose(usize, bool),
    Show(usize),
    /// Reads back what was kept, less one message.
    Lose(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let some = 0..100_usize;
    prop_oneof![
        3 => Just(Act::Ask),
        1 => some.clone().prop_map(Act::Edit),
        3 => some.clone().prop_map(Act::Answer),
        1 => some.clone().prop_map(Act::Compare),
        1 => some.clone().prop_map(Act::Regenerate),
        1 => some.clone().prop_map(Act::Resume),
        2 => some.clone().prop_map(Act::End),
        1 => (some.clone(), any::<bool>()).prop_map(|(which, next)| Act::Choose(which, next)),
        1 => some.clone().prop_map(Act::Show),
        1 => some.prop_map(Act::Lose),
    ]
}

fn play(tree: &mut Conversation, writer: &str, acts: &[Act], loses: bool) {
    for (at, act) in acts.iter().enumerate() {
        let stamp = Provenance { id: format!("{writer}{at}"), writer: writer.into(), now_ms: 10 + at as u64 / 2 };
        let id = |which: &usize| {
            let messages = tree.messages();
            messages.get(which % messages.len().max(1)).map(|message| message.id.clone()).unwrap_or_default()
        };
        match act {
            Act::Ask => tree.ask(stamp, "?".into(), Vec::new()),
            Act::Edit(which) => tree.edit(stamp, &id(which), "!".into(), Vec::new()),
            Act::Answer(which) => tree.answer(stamp, &id(which), "demo".into()),
            Act::Compare(which) => {
                let other = Provenance { id: format!("{writer}{at}b"), ..stamp.clone() };
                let group = stamp.id.clone();
                tree.compare(vec![(stamp, "demo".into()), (other, "demo".into())], &id(which), &group);
            }
            Act::Regenerate(which) => drop(tree.regenerate(stamp, &id(which), "demo".into())),
            Act::Resume(which) => _ = tree.resume(stamp, &id(which)),
            Act::End(which) => {
                let message = tree.message(&id(which)).cloned().filter(|message| message.writer == writer);
                if let Some(mut message) = message {
                    message.saved_ms = stamp.now_ms;
                    message.apply(crate::chat::protocol::answer::Event::Exit(Exit::new(Reason::Killed)), stamp.now_ms);
                    tree.update(message);
                }
            }
            Act::Choose(which, next) => tree.choose(&id(which), *next),
            Act::Show(which) => tree.show(&id(which)),
            Act::Lose(_) if !loses => {}
            Act::Lose(which) => {
                let lost = id(which);
                let messages = tree.messages().iter().filter(|message| message.id != lost).cloned().collect();
                *tree = Conversation::new(ConversationRecord { conversation: tree.conversation.clone(), messages });
            }
        }
        check(tree);
    }
}

fn check(tree: &Conversation) {
    let messages = tree.messages();
    assert!(messages.windows(2).all(|pair| pair[0].id < pair[1].id));
    let mut anew = tree.clone();
    anew.link();
    assert_eq!(tree, &anew, "what was linked one by one is what is linked at once");
    match &tree.conversation.head {
        None => assert!(messages.is_empty()),
        Some(head) => {
            let head = tree.index_of(head).expect("the head is a message");
            assert!(tree.children(Some(head)).is_empty(), "the head is a leaf");
        }
    }
    // Every message is on a path from a beginning, and its siblings lead to it.
    for (place, message) in messages.iter().enumerate() {
        let path = tree.path_to(Some(place));
        assert!(path.len() <= messages.len() && tree.children(None).contains(&tree.index_of(&path[0].id).unwrap()));
        let (position, count) = tree.siblings(&message.id);
        assert!((1..=count).contains(&position));
    }
}

proptest! {
    #[test]
    fn whatever_is_done_every_message_can_be_reached_and_the_head_is_a_leaf(
        acts in prop::collection::vec(act(), 0..40)
    ) {
        play(&mut Conversation::default(), "here", &acts, true);
    }

    #[test]
    fn two_tabs_put_together_make_the_same_tree_in_any_order(
        before in prop::collection::vec(act(), 0..10),
        here in prop::collection::vec(act(), 0..15),
        there in prop::collection::vec(act(), 0..15),
    ) {
        let mut base = Conversation::default();
        play(&mut base, "before", &before, false);
        let (mut one, mut other) = (base.clone(), base);
        play(&mut one, "here", &here, false);
        play(&mut other, "there", &there, false);
        let (of_one, of_other) = (one.messages().to_vec(), other.messages().to_vec());
        let mut little_by_little = one.clone();
        for some in of_other.chunks(3) {
            little_by_little.merge(some.to_vec());
            check(&little_by_little);
        }
        one.merge(of_other.clone());
        other.merge(of_one.clone());
        check(&one);
        check(&other);
        prop_assert_eq!(&one.messages, &other.messages);
        prop_assert_eq!(&one.parents, &other.parents);
        prop_assert_eq!(&one.parents, &little_by_little.parents);
        prop_assert_eq!(&one.children, &little_by_little.children);
        prop_assert_eq!(&one.roots, &little_by_little.roots);
        for message in of_one.iter().chain(&of_other) {
            prop_assert!(one.message(&message.id).is_some());
        }
    }

    #[test]
    fn any_messages_at_all_make_a_tree(links in prop::collection::vec((0..12_u8, prop::option::of(0..14_u8)), 0..24)) {
        let message = |(id, parent): &(u8, Option<u8>)| Message {
            id: id.to_string(),
            parent: parent.map(|parent| parent.to_string()),
            role: if id % 2 == 0 { Role::User } else { Role::Assistant },
            text: "?".into(),
            ..Message::default()
        };
        let messages: Vec<Message> = links.iter().map(message).collect();
        let tree = Conversation::new(ConversationRecord { messages: messages.clone(), ..ConversationRecord::default() });
        check(&tree);
        for id in messages.iter().map(|message| &message.id) {
            _ = tree.request(id);
        }
        let kept = ConversationRecord { messages: messages.clone(), ..ConversationRecord::default() };
        let built = block_on(Conversation::build(kept, &mut CancelAfter(usize::MAX))).unwrap();
        prop_assert_eq!(&tree, &built, "in slices");
        let mut one_by_one = Conversation::default();
        for message in &messages {
            one_by_one.merge(vec![message.clone()]);
        }
        check(&one_by_one);
        let backwards = Conversation::new(ConversationRecord { messages: messages.into_iter().rev().collect(), ..ConversationRecord::default() });
        prop_assert_eq!(tree.messages, backwards.messages);
    }
}
