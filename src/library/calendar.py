"""`calendar` as guest code, as far as it has a first weekday: the program's own calendar has one."""

_own = TextCalendar()
firstweekday = _own.getfirstweekday
monthcalendar = _own.monthdayscalendar
weekheader = _own.formatweekheader
month = _own.formatmonth
prmonth = _own.prmonth
calendar = _own.formatyear
prcal = _own.pryear


def setfirstweekday(firstweekday):
    if not MONDAY <= firstweekday <= SUNDAY:
        raise IllegalWeekdayError(firstweekday)
    _own.firstweekday = firstweekday
