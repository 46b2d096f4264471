using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>Who has no token, and takes all connections that there are.</summary>
public sealed class StrangersTests : IAsyncLifetime
{
    private readonly PageServer _server = new(
        new IPEndPoint(IPAddress.Loopback, 0),
        new EventFeed(
            new Browsers("node-1", TimeProvider.System), EventFeed.LongestSilence, EventFeed.Heartbeat, CancellationToken.None),
        (_, _) => Task.FromResult<byte[]?>(null));

    // One connection, which is kept.
    private readonly HttpClient _person = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 });
    private readonly List<Socket> _strangers = [];

    private Uri Page => new($"http://{_server.EndPoint}/?token={_server.Access.Token.Text}");

    public async ValueTask InitializeAsync() => await _server.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        _strangers.ForEach(stranger => stranger.Dispose());
        _person.Dispose();
        await _server.StopAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Strangers_that_take_all_connections_keep_nobody_out()
    {
        await ComeAsync(PageServer.MostConnections + 10);

        (await _person.GetStringAsync(Page, Cancellation)).Should().Contain("<html");
    }

    [Fact]
    public async Task Strangers_take_no_connection_of_who_has_shown_the_token()
    {
        (await _person.GetStringAsync(Page, Cancellation)).Should().Contain("<html");
        await ComeAsync(PageServer.MostConnections + 10);

        // On a new connection this would be refused.
        await Eventually.TrueAsync(() => _strangers.Count(IsClosed) == 11, "one place is taken");
        (await _person.GetStringAsync(Page, Cancellation)).Should().Contain("<html");
        _strangers.Count(IsClosed).Should().Be(11, "no place was needed");
    }

    [Fact]
    public void Places_of_who_has_shown_the_token_are_given_to_nobody()
    {
        var visitors = new Visitors(2);
        List<string> closed = [];
        var (first, second) = (New("first"), New("second"));
        visitors.TryEnter(first).Should().BeTrue();
        visitors.TryEnter(second).Should().BeTrue();

        first.IsKnown = true;
        visitors.TryEnter(New("third")).Should().BeTrue();
        closed.Should().Equal("second");
        second.IsKnown = true;
        visitors.Leave(second);
        visitors.TryEnter(New("fourth", isKnown: true)).Should().BeTrue();
        visitors.TryEnter(New("fifth")).Should().BeFalse();
        closed.Should().Equal("second", "third");

        Visitor New(string name, bool isKnown = false) => new(() => closed.Add(name)) { IsKnown = isKnown };
    }

    private async Task ComeAsync(int count)
    {
        for (var number = 0; number < count; number++)
        {
            var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _strangers.Add(stranger);
            await stranger.ConnectAsync(_server.EndPoint, Cancellation);
        }
    }

    private static bool IsClosed(Socket socket) => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);
}
