/* A daemon that may be killed before each of its stores, its successors, and a reader that must not notice.
 *
 * The daemon publishes into a ring of two slots and one table entry. A successor takes over in place what has the layout
 * that it would build (ringbuf/segment.cpp, ringbuf/ring_repair.cpp), or builds a new file, renames it into place and
 * begins behind the numbers that the old file and the lease tell (daemon/plant_segments.cpp, daemon/sequence_leases.hpp).
 * The reader attaches, joins by the image, follows, is lapped and joins again, and goes over to the file that has taken
 * the name (clients/cpp/subscriber.hpp, ring_stream.hpp). Memory is sequentially consistent here: orders are rings/.
 *
 * A record's content is the number of the daemon that wrote it. The entry counts the records of its file's life.
 *
 * What must hold is asserted where it is looked at: A1 to A9. That nobody waits for ever is the search's own check: a
 * reader that is left with nothing to wait for ends, any other end is a deadlock.
 *
 * Mutants, one change each by -D; each must be caught:
 *   MUTANT_1   goes on behind `published`, not behind the newest complete record
 *   MUTANT_2   records that the entry lacks are not entered again
 *   MUTANT_3   sums of a half-written entry are not put back
 *   MUTANT_4   a half-written entry counts as holding its record
 *   MUTANT_5   a new file begins at 1
 *   MUTANT_6   numbers are not leased: the replaced file alone tells
 *   MUTANT_7   the lease is taken after the announcement
 *   MUTANT_8   a file is live before it is filled
 *   MUTANT_9   a half-built file is taken over
 *   MUTANT_10  the table is written before the ring
 *   MUTANT_11  image_complete_through runs ahead of the table
 *   MUTANT_12  a slot is not marked as being written
 *   MUTANT_13  the reader looks at the stamp once
 *   MUTANT_14  the reader leaves a replaced file without a last look
 *   MUTANT_15  what lies between two files is not told
 *   MUTANT_16  the reader attaches what is half built
 *   MUTANT_17  the image is read before image_complete_through
 *   MUTANT_18  a table is kept as it is when its ring is built anew
 *   MUTANT_19  the reader does not look whether the name still leads to what it has attached
 *   MUTANT_20  `published` may be more than a ring behind
 */

/* How far the search goes: run says by -D. Mutants are found by the default, but for those that need a lap. */
#ifdef MUTANT_20
#define DAEMONS 2
#define RECORDS 3
#endif
#ifndef DAEMONS
#define DAEMONS 3
#endif
#ifndef RECORDS            /* that each daemon publishes, unless it is killed */
#define RECORDS 1
#endif
#define BLOCK   RECORDS    /* numbers leased at once */
#define FILES   DAEMONS
#define READERS 1
#define NOBODY  FILES      /* no file */
#define NUMBERS 24
#define WRITING 64         /* added to a stamp */

#define BUILDING 0
#define LIVE     1
#define CLOSED   2

/* --- what is shared; a slot of a file is 2 * file + sequence % 2 --- */
byte name = NOBODY;        /* the file that the ring's name leads to */
byte state[FILES];
bit  layout[FILES];
byte first[FILES];         /* first_sequence */
byte published[FILES];
byte complete[FILES];      /* image_complete_through */
byte stamp[2 * FILES];
byte word0[2 * FILES];
byte word1[2 * FILES];
byte entry_stamp[FILES];
byte entry0[FILES];
byte entry1[FILES];
byte note_sequence[FILES]; /* table_undo.hpp */
byte note0[FILES];
byte note1[FILES];
byte lease = 0;            /* on disk */

/* --- what nobody of them sees --- */
byte files = 0;
byte written[NUMBERS];     /* content of each number, once complete */
byte ordinal[NUMBERS];     /* how many records there were with it */
byte entry_base[FILES];    /* and before the first that the entry counts */
byte newest = 0;           /* the highest number written */
bit  is_killed = 0;
bit  is_done = 0;          /* the last daemon has published all it will, and told so */

#define SLOT(f, q)   (2 * (f) + ((q) % 2))
#define MAX(a, b)    ((a) > (b) -> (a) : (b))

/* ---------------------------------------------------------------- the daemon */

inline begin_entry(q)
{
	note_sequence[f] = 0;
	d_step { note0[f] = entry0[f]; note1[f] = entry1[f]; note_sequence[f] = q };
	entry_stamp[f] = q + WRITING;
}

inline apply(q)
{
	begin_entry(q);
	entry0[f] = entry0[f] + 1;
	entry1[f] = entry1[f] + 1;
	d_step { entry_stamp[f] = q; last = MAX(last, q) }
}

inline put_into_ring(q)
{
#ifndef MUTANT_12
	stamp[SLOT(f, q)] = q + WRITING;
#endif
	word0[SLOT(f, q)] = me;
	word1[SLOT(f, q)] = me;
	d_step {
		stamp[SLOT(f, q)] = q;
		assert(written[q] == 0);  /* A1: no number has two contents */
		written[q] = me;
		ordinal[q] = ordinal[newest] + 1;
		newest = q
	}
#ifndef MUTANT_20
	/* Before the ring has gone round, so that a successor finds its way from `published` to the newest record. */
	if
	:: q % 2 == 0 -> published[f] = q
	:: else
	fi
#endif
}

inline tell()
{
	published[f] = last;
	complete[f] = last
}

/* last: the newest complete record of the file that has the name */
inline find_newest(g)
{
	d_step {
		last = published[g];
#ifndef MUTANT_1
		do
		:: stamp[SLOT(g, last + 1)] == last + 1 -> last++
		:: else -> break
		od
#endif
	}
}

inline repair()
{
	find_newest(f);
#ifndef MUTANT_3
	if
	:: note_sequence[f] != 0 && entry_stamp[f] == note_sequence[f] + WRITING ->
		entry0[f] = note0[f];
		entry1[f] = note1[f]
	:: else
	fi;
#endif
#ifdef MUTANT_2
	q = last + 1;
#else
	q = complete[f] + 1;
#endif
	do
	:: q > last -> break
	:: else ->
		if
#ifdef MUTANT_4
		:: entry_stamp[f] % WRITING >= q -> skip
#else
		:: entry_stamp[f] % WRITING >= q && entry_stamp[f] != q + WRITING -> skip
#endif
		:: else -> apply(q)
		fi;
		q++
	od;
#if defined(MUTANT_2) || defined(MUTANT_4)
	if
	:: entry_stamp[f] > WRITING -> entry_stamp[f] = entry_stamp[f] - WRITING
	:: else
	fi;
#endif
	tell()
}

inline build()
{
	d_step { before = name; last = 0 };
	if
	:: before != NOBODY && state[before] != BUILDING -> find_newest(before)
	:: else
	fi;
	d_step {
#ifndef MUTANT_6
		last = MAX(last, lease);
#endif
#ifdef MUTANT_5
		last = 0;
#endif
		f = files;
		files++;
		layout[f] = want
	}
#ifdef MUTANT_8
	state[f] = LIVE;
#endif
	name = f;  /* rename */
	if
	:: before != NOBODY -> state[before] = CLOSED
	:: else
	fi;
#ifdef MUTANT_18
	if
	:: before != NOBODY && state[before] != BUILDING && entry_stamp[before] != 0 ->
		d_step {
			entry_stamp[f] = entry_stamp[before];
			entry0[f] = entry0[before];
			entry1[f] = entry1[before];
			entry_base[f] = entry_base[before]
		}
	:: else -> entry_base[f] = ordinal[newest]
	fi;
#else
	entry_base[f] = ordinal[newest];
#endif
	first[f] = last + 1;
	tell()
}

proctype daemon(byte me)
{
	byte f, before, last, q, left;
	bit want;

	{
		if
		:: want = 0
		:: me > 1 -> want = 1
		fi;
		if
#ifdef MUTANT_9
		:: name != NOBODY && layout[name] == want ->
#else
		:: name != NOBODY && state[name] != BUILDING && layout[name] == want ->
#endif
			d_step { f = name; last = 0; q = 0 };
			repair()
		:: else ->
			build()
		fi;
#ifndef MUTANT_7
		lease = last + BLOCK;
#endif
		d_step { state[f] = LIVE; left = RECORDS };  /* announced */
		do
		:: left > 0 ->
			d_step { left--; q = last + 1 };
#ifdef MUTANT_10
			apply(q);
			put_into_ring(q);
#else
			put_into_ring(q);
#ifdef MUTANT_11
			complete[f] = q;
#endif
			apply(q);
#endif
			if
			:: tell()  /* a batch ends here, or does not */
			:: left > 0
			fi
		:: left == 0 -> break
		od;
#ifdef MUTANT_7
		lease = last + BLOCK;
#endif
		if
		:: me == DAEMONS -> is_done = 1
		:: else -> false  /* it runs until it is killed */
		fi
	} unless { is_killed };
	is_killed = 0
}

/* One daemon after the other: the plant's folder is locked. Only the last one is not killed. */
init
{
	byte number = 1;
	do
	:: number <= DAEMONS ->
		run daemon(number);
		if
		:: number < DAEMONS ->
			is_killed = 1;
			(!is_killed && _nr_pr == 1 + READERS)
		:: else
		fi;
		number++
	:: else -> break
	od
}

/* ---------------------------------------------------------------- the reader */

/* Out: s, a, b, whole. */
inline read_image()
{
	do
	:: s = entry_stamp[f];
		if
		:: s > WRITING ->
			/* Busy: waits for its writer, or for the successor. */
			if
			:: entry_stamp[f] != s
			:: name != f && state[name] != BUILDING -> goto attach
			fi
		:: else ->
			a = entry0[f];
			b = entry1[f];
			if
			:: entry_stamp[f] == s -> break
			:: else
			fi
		fi
	od
}

active [READERS] proctype reader()
{
	byte f = NOBODY, g, s, a, b, c;
	byte next;          /* to be read */
	byte told;          /* everything up to here was shown, is in an image, or was told as lost */
	byte image;         /* the number up to which the image holds all */
	bit has_joined, is_replaced, is_at_end;

attach:
	/* What is half built is refused, and tried again. */
	do
#ifdef MUTANT_16
	:: name != NOBODY && name != f -> g = name; break
#else
	:: name != NOBODY && name != f && state[name] != BUILDING ->
		g = name;
		if
		:: state[g] != BUILDING ->
#ifdef MUTANT_19
			break
#else
			if
			:: name == g -> break
			:: else  /* what is closed may be half built, if nobody announced it */
			fi
#endif
		:: else
		fi
#endif
	od;
	skip;  /* nothing may jump into a d_step */
	d_step {
		assert(first[g] != 0);  /* A2: what is attached is built */
		if
		:: has_joined ->
			assert(!is_at_end || stamp[SLOT(f, next)] != next);  /* A3: it was read to its end */
			assert(first[g] >= next);                            /* A4: numbers go on */
			assert(next <= told + 1);
#ifndef MUTANT_15
			told = MAX(told, first[g] - 1);  /* told as missed */
#endif
			next = first[g]
		:: else
		fi;
		f = g;
		image = 0; is_replaced = 0; is_at_end = 0; s = 0; a = 0; b = 0; c = 0; g = 0
	}

join:
#ifdef MUTANT_17
	read_image();
#endif
	c = complete[f];
	if
	:: !has_joined -> next = MAX(c + 1, first[f])
	:: has_joined && c + 1 < next ->
		/* What we lost comes first. */
		if
		:: complete[f] != c -> goto join
		:: name != f && state[name] != BUILDING -> goto attach
		fi
	:: else
	fi;
#ifndef MUTANT_17
	read_image();
#endif
	skip;
	d_step {
		assert(s >= c || (s == 0 && c + 1 == first[f]));  /* A5: it holds all that it is said to hold */
		assert(s == 0 || (a == b && a == ordinal[s] - entry_base[f]));  /* A6: whole, each record once */
		assert(!has_joined || told + 1 >= first[f]);
		image = s;
		told = MAX(told, MAX(c, s));
		has_joined = 1;
		s = 0; a = 0; b = 0; c = 0
	}

follow:
	s = stamp[SLOT(f, next)];
	if
	:: s == next ->
		d_step { is_replaced = 0; a = word0[SLOT(f, next)] };
		b = word1[SLOT(f, next)];
#ifndef MUTANT_13
		s = stamp[SLOT(f, next)];
#endif
		if
		:: s != next -> goto overrun
		:: else
		fi;
		skip;
		d_step {
			assert(a == b && a == written[next]);  /* A7: whole, and the only content of its number */
			if
			:: next > image ->
				assert(next == told + 1);  /* A8: nothing is shown twice, nothing is left out */
				told = next
			:: else
			fi;
			next++;
			s = 0; a = 0; b = 0
		}
		goto follow
	:: s % WRITING > next -> goto overrun
	:: s % WRITING <= next && s != next ->
		/* Empty. */
		if
		:: is_replaced -> is_at_end = 1; goto attach
		:: !is_replaced && stamp[SLOT(f, next)] != s -> goto follow
		:: !is_replaced && name != f && state[name] != BUILDING ->
#ifdef MUTANT_14
			is_at_end = 1;
			goto attach
#else
			/* Nobody writes there any more: what is empty now was read to its end. */
			is_replaced = 1;
			goto follow
#endif
		:: !is_replaced && is_done && name == f && stamp[SLOT(f, next)] == s -> goto end
		fi
	fi;

overrun:
	skip;
	d_step {
		/* To newest - half a ring; what lies before is told as lost. */
		assert(next <= told + 1);
		g = MAX(published[f], (s % WRITING) - 1);
		g = MAX(MAX(g, 1), first[f]);
		told = MAX(told, g - 1);
		next = g;
		is_replaced = 0;
		s = 0; g = 0; a = 0; b = 0
	}
	goto join;

end:
	assert(told == newest && next == newest + 1)  /* A9: at the end nothing is missing */
}
