"""What a program comes to in CPython as it is: the `repr` of its final expression, or its exception."""
import ast


def outcome(source):
    scope = {'__name__': '__main__'}
    try:
        tree = ast.parse(source)
        last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, '<program>', 'exec', dont_inherit=True), scope)
        return 'None' if last is None else repr(eval(compile(last, '<program>', 'eval', dont_inherit=True), scope))
    except BaseException as error:
        return f'{type(error).__name__}: {error}'.removesuffix(': ')
