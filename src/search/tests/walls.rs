//! Scope, filters, facets, pages.

use super::*;

#[test]
fn scope_is_a_wall() {
    let at = |units: &[UnitId], d: Doc| Doc { units: units.to_vec(), ..d };
    let mut both = at(&[A, B], person(3, "Lê Văn Cả"));
    both.years = vec![2023];
    let mut past = at(&[B], person(2, "Lê Thị Bé"));
    past.kind = "staff".into();
    past.years = vec![2020];
    past.levels = vec!["THPT".into()];
    past.codes = vec!["099123".into()];
    let bed = bed(&[at(&[A], person(1, "Lê An")), past, both, at(&[], person(4, "Lê Vô"))]);
    let of = |units: &[UnitId]| Scope::of(units.to_vec());
    for (scope, ids) in [
        (Scope::All, vec![1, 2, 3, 4]),
        (of(&[A]), vec![1, 3]),
        (of(&[B]), vec![2, 3]),
        (of(&[A, B]), vec![1, 2, 3]),
        (of(&[UnitId(99)]), vec![]),
        (Scope::none(), vec![]),
    ] {
        for text in ["le", ""] {
            let hits = bed.index.search(&scope, &Query::text(text, 10)).unwrap();
            let mut found: Vec<u64> = hits.hits.iter().map(|h| h.id).collect();
            found.sort_unstable();
            assert_eq!(found, ids, "{scope:?} {text}");
            assert_eq!(hits.total, ids.len() as u64);
            assert_eq!(bed.index.count(&scope, &Query::text(text, 0)).unwrap(), ids.len() as u64);
            assert_eq!(hits.facets.kinds.iter().map(|k| k.1).sum::<u64>(), ids.len() as u64);
            assert!(hits.facets.units.iter().all(|(u, _)| scope.has(*u)), "{scope:?}: {:?}", hits.facets.units);
        }
        let mut suggested: Vec<u64> = bed.index.suggest(&scope, "l", None, 10).unwrap().iter().map(|h| h.id).collect();
        suggested.sort_unstable();
        assert_eq!(suggested, ids);
    }
    let a = bed.index.search(&of(&[A]), &Query::text("le", 10)).unwrap().facets;
    assert_eq!(a.kinds, [("pupil".to_owned(), 2)]);
    assert_eq!((a.levels, a.years, a.units), (vec![], vec![(2023, 1)], vec![(A, 2)]));
    for text in ["099123", "be", "leee thij bes"] {
        assert_eq!(bed.index.search(&of(&[A]), &Query::text(text, 10)).unwrap().total, 0, "{text}");
    }
    // A filter can't widen a scope.
    let wider = Query { filters: Filters { units: vec![B], ..Filters::default() }, ..Query::text("", 10) };
    let hits = bed.index.search(&of(&[A]), &wider).unwrap();
    assert_eq!(hits.hits.iter().map(|h| h.id).collect::<Vec<_>>(), [3]);
}

#[test]
fn filters_facets_pages_order() {
    let mut docs = Vec::new();
    for i in 0..60u64 {
        let kind = if i % 3 == 0 { "staff" } else { "pupil" };
        docs.push(Doc {
            kind: kind.into(),
            sex: Some(if i % 2 == 0 { "nam" } else { "nu" }.into()),
            state: if i < 50 { "active" } else { "left" }.into(),
            current: i < 50,
            years: vec![2020 + (i % 4) as u16],
            grade: (i % 3 != 0).then(|| format!("{}", 6 + i % 4)),
            levels: vec!["THCS".into(), "THPT".into()],
            ..person(i, &format!("Lê Văn {}", ["An", "Ân", "Bình", "Đức", "Dũng"][i as usize % 5]))
        });
    }
    let bed = bed(&docs);
    let ask = |q: &Query| bed.index.search(&Scope::All, q).unwrap();
    let all = ask(&Query::text("le", 100));
    assert_eq!(all.total, 60);
    assert_eq!(all.facets.kinds, [("pupil".to_owned(), 40), ("staff".to_owned(), 20)]);
    assert_eq!(all.facets.sexes, [("nam".to_owned(), 30), ("nu".to_owned(), 30)]);
    assert_eq!(all.facets.states, [("active".to_owned(), 50), ("left".to_owned(), 10)]);
    assert_eq!(all.facets.years, [(2020, 15), (2021, 15), (2022, 15), (2023, 15)]);
    assert_eq!(all.facets.levels, [("THCS".to_owned(), 60), ("THPT".to_owned(), 60)]);
    assert_eq!(all.facets.grades.iter().map(|g| g.1).sum::<u64>(), 40);
    // The kind narrows everything but the facet of kinds.
    let staff = ask(&Query { kind: Some("staff".into()), ..Query::text("le", 100) });
    assert_eq!((staff.total, staff.hits.len()), (20, 20));
    assert!(staff.hits.iter().all(|h| h.kind == "staff"));
    assert_eq!(staff.facets.kinds, all.facets.kinds);
    assert_eq!(staff.facets.sexes.iter().map(|s| s.1).sum::<u64>(), 20);
    assert_eq!(ask(&Query { kind: Some("nothing".into()), ..Query::text("le", 100) }).total, 0);
    let narrow = Filters {
        sexes: vec!["nam".into()],
        states: vec!["active".into()],
        years: vec![2020, 2022],
        grades: vec!["6".into(), "8".into()],
        levels: vec!["THCS".into()],
        current: Some(true),
        units: vec![A],
    };
    let fits = |d: &&Doc| {
        d.sex.as_deref() == Some("nam")
            && d.current
            && matches!(d.grade.as_deref(), Some("6" | "8"))
            && d.years[0].is_multiple_of(2)
    };
    let narrowed = ask(&Query { filters: narrow.clone(), ..Query::text("le", 100) });
    assert_eq!(narrowed.total, docs.iter().filter(fits).count() as u64);
    assert!(narrowed.total > 0);
    assert_eq!(ask(&Query { filters: narrow, ..Query::text("", 100) }).total, narrowed.total);
    // Pages are parts of one list, in both orders.
    for order in [Order::Best, Order::Name] {
        let whole = ask(&Query { order, ..Query::text("le", 100) }).hits;
        let mut pages = Vec::new();
        for offset in (0..60).step_by(7) {
            pages.extend(ask(&Query { offset, order, ..Query::text("le", 7) }).hits);
        }
        assert_eq!(pages, whole);
    }
    let by_name = ask(&Query { order: Order::Name, ..Query::text("", 100) }).hits;
    let mut sorted = docs.clone();
    sorted.sort_by_key(|d| (crate::text::person_sort_key(&d.title), d.id));
    assert_eq!(by_name.iter().map(|h| h.id).collect::<Vec<_>>(), sorted.iter().map(|d| d.id).collect::<Vec<_>>());
    assert!(matches!(
        bed.index.search(&Scope::All, &Query { offset: usize::MAX, ..Query::text("", 1) }),
        Err(Error::Bad(_))
    ));
}
