"""Talk: friends learn who went into default and who came out."""

from sim.compiled import loop


@loop
def talk(borrowers, offsets, neighbours, changed):
    """Tell the friends of everybody whose standing changed: their count of friends in default moves by one.

    changed: ids, +(id + 1) for those who went into default, -(id + 1) for those who came out. Only these touch
    anybody, so a calm month costs nothing.
    """
    for c in range(len(changed)):
        step = 1 if changed[c] > 0 else -1
        person = abs(changed[c]) - 1
        for n in range(offsets[person], offsets[person + 1]):
            friend = borrowers[neighbours[n]]
            count = int(friend.friends_in_default) + step
            friend.friends_in_default = min(65535, max(0, count))
