using Microsoft.AspNetCore.Connections;

namespace Bridge.Adapter.Ui.Server;

/// <summary>One connection: of a browser, or of another program that can reach the address.</summary>
internal sealed class Visitor(Action close)
{
    private volatile bool _isKnown;

    /// <summary>A request on it had the token. Stays true.</summary>
    public bool IsKnown
    {
        get => _isKnown;
        set => _isKnown = value;
    }

    /// <summary>Ends it, whatever is under way.</summary>
    public void Close() => close();
}

/// <summary>
/// So many connections there are at most. Where a plain limit would refuse the next one, anybody could keep everybody out by opening that
/// many and saying nothing: here the oldest that has not shown the token gives way. Any thread.
/// </summary>
internal sealed class Visitors(int most)
{
    private readonly Lock _gate = new();

    // The oldest first. Guarded by _gate.
    private readonly LinkedList<Visitor> _visitors = new();

    /// <summary>Middleware of a listener.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        var visitor = new Visitor(connection.Abort);
        if (!TryEnter(visitor))
        {
            visitor.Close();
            return;
        }

        connection.Features.Set(visitor);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(visitor);
        }
    };

    /// <returns>False: all places are taken by browsers that have shown the token.</returns>
    public bool TryEnter(Visitor visitor)
    {
        Visitor? leaving;
        lock (_gate)
        {
            leaving = _visitors.Count < most ? null : _visitors.FirstOrDefault(one => !one.IsKnown);
            if (leaving is not null)
                _visitors.Remove(leaving);

            if (_visitors.Count >= most)
                return false;

            _visitors.AddLast(visitor);
        }

        leaving?.Close();
        return true;
    }

    /// <summary>It has ended.</summary>
    public void Leave(Visitor visitor)
    {
        lock (_gate)
            _visitors.Remove(visitor);
    }
}
