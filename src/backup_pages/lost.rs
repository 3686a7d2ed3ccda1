//! What a restore has lost: for the administrators until it is seen to, and for each unit's people.

use crate::app::App;
use crate::backup::lost::{self, Loss, Lost, Restored};
use crate::clock::Millis;
use crate::error::Result;
use crate::http::{blocking, see_other};
use crate::sessions::Signed;
use crate::ui::{self, Column, Markup, Notice, Shape, Tone, html, words};
use axum::extract::State;
use axum::response::Response;

/// What was lost, unit by unit and account by account.
pub(super) fn panel(app: &App, restored: &Restored, lost: &[Lost]) -> Markup {
    let (tree, today) = (app.tree(), app.today());
    let rows = lost
        .iter()
        .map(|l| ui::Row {
            cells: vec![
                match tree.get(l.unit) {
                    Some(unit) => html! { a href={ "/units/" (l.unit) } { (unit.name(today)) } },
                    None => html! { (words::LOST_WHOLE) },
                },
                html! { (l.login) },
                html! { (ui::number(l.loss.saves as i64)) },
                html! { (records(app, &l.loss)) },
                html! { (Millis(l.loss.first_ms).display()) " – " (Millis(l.loss.last_ms).display()) },
            ],
            ..ui::Row::default()
        })
        .collect();
    let columns = vec![
        Column::new(words::LOST_UNIT, Shape::Text),
        Column::new(words::LOST_LOGIN, Shape::Text),
        Column::new(words::LOST_SAVES, Shape::Number),
        Column::new(words::LOST_RECORDS, Shape::Text),
        Column::new(words::LOST_WHEN, Shape::Text),
    ];
    let frame = ui::Form {
        action: "/backup/lost/seen".into(),
        key: app.chance.token::<12>(),
        actions: vec![ui::Action::new(words::LOST_SEEN)],
        ..ui::Form::default()
    };
    let said = words::restored_to(&Millis(restored.saved_ms).display(), &Millis(restored.done_ms).display());
    ui::panel(
        "lost",
        words::LOST,
        None,
        html! {
            p { (said) " " (match (restored.beyond, lost.is_empty()) {
                (None, _) => words::LOST_UNKNOWN,
                (Some(_), true) => words::LOST_NOTHING,
                (Some(_), false) => words::LOST_KNOWN,
            }) }
            @if !lost.is_empty() {
                (ui::table(&ui::Table { caption: words::LOST.into(), columns, rows, foot: None }))
            }
            (ui::form(&frame, html! {}))
        },
    )
}

/// «12 người học, 1 lớp».
fn records(app: &App, loss: &Loss) -> String {
    let named = |(kind, count): &(crate::id::KindId, u64)| {
        let label = app.names.kind_at(*kind).map(|k| app.spec.kinds[k].label.to_lowercase());
        label.map(|label| format!("{} {label}", ui::number(*count as i64)))
    };
    loss.records.iter().filter_map(named).collect::<Vec<_>>().join(", ")
}

/// What a person is told on their first page after a restore, if it concerns them.
pub fn notice(app: &App, signed: &Signed) -> Result<Option<Notice>> {
    let Some((restored, lost)) = lost::of_unit(app, &signed.actor)? else { return Ok(None) };
    let saved = Millis(restored.saved_ms).display();
    if restored.beyond.is_none() {
        return Ok(Some(Notice::new(Tone::Warn, words::lost_somewhere(&saved))));
    }
    let mut all = Loss { first_ms: i64::MAX, last_ms: i64::MIN, ..Loss::default() };
    for Lost { loss, .. } in lost {
        all.saves += loss.saves;
        all.first_ms = all.first_ms.min(loss.first_ms);
        all.last_ms = all.last_ms.max(loss.last_ms);
        for (kind, count) in loss.records {
            match all.records.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, sum)) => *sum += count,
                None => all.records.push((kind, count)),
            }
        }
    }
    let (from, to) = (Millis(all.first_ms).display(), Millis(all.last_ms).display());
    Ok((all.saves > 0)
        .then(|| Notice::new(Tone::Warn, words::lost_here(&saved, all.saves, &records(app, &all), &from, &to))))
}

/// It is seen to.
pub(super) async fn seen(State(app): State<App>, signed: Signed) -> Result<Response> {
    blocking(move || lost::seen(&app, &signed.actor)).await?;
    Ok(see_other("/backup?done=seen"))
}
