"""`calendar` for guests: the first weekday is set for their own calendar, and what is printed is printed by them."""

from ..sealed import __builtins__
import calendar

PER_RUN = (
    'firstweekday setfirstweekday monthcalendar weekheader month calendar prmonth prcal'.split()
)


def names(run):
    own = calendar.TextCalendar()

    def setfirstweekday(firstweekday):
        """Makes weeks begin with this day."""
        if not calendar.MONDAY <= firstweekday <= calendar.SUNDAY:
            raise calendar.IllegalWeekdayError(firstweekday)
        own.firstweekday = firstweekday

    def prmonth(theyear, themonth, w=0, l=0):
        """Prints a month."""
        run.builtins['print'](own.formatmonth(theyear, themonth, w, l), end='')

    def prcal(theyear, w=0, l=0, c=6, m=3):
        """Prints a year."""
        run.builtins['print'](own.formatyear(theyear, w, l, c, m), end='')

    return {
        'firstweekday': own.getfirstweekday,
        'setfirstweekday': setfirstweekday,
        'monthcalendar': own.monthdayscalendar,
        'weekheader': own.formatweekheader,
        'month': own.formatmonth,
        'calendar': own.formatyear,
        'prmonth': prmonth,
        'prcal': prcal,
    }
