using System.Net.Sockets;
using Bridge.Adapter.Service;

namespace Bridge.Adapter.Tests.Service;

/// <summary>A command on the host, where cnm-cni runs as a managed plugin of Docker.</summary>
public sealed class ManagedPluginSocketTests : IDisposable
{
    private const string Absent = "/nowhere/cni.sock";
    private const string Id = "b8b30d350c7852bbd22b7e6928c7e85d73daa28ffe73992769886a18666a5660";

    private readonly string _directory = Directory.CreateTempSubdirectory("p-").FullName;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void It_asks_the_plugin_that_listens()
    {
        var path = Listen($"{Id}/cni.sock");

        ManagedPlugin.SocketFor(Absent, _directory).Should().Be(path);
        ManagedPlugin.IdOf(path).Should().Be(Id);
    }

    [Fact]
    public void It_asks_the_daemon_of_the_settings_where_there_is_one()
    {
        Listen($"{Id}/cni.sock");
        var own = Path.Combine(_directory, "cni.sock");
        File.WriteAllText(own, "");

        ManagedPlugin.SocketFor(own, _directory).Should().Be(own);
    }

    [Theory]
    [InlineData($"{Id}/other.sock")]
    [InlineData("other/cni.sock")]
    public void It_asks_no_other_plugin(string socket)
    {
        Listen(socket);

        ManagedPlugin.SocketFor(Absent, _directory).Should().Be(Absent);
    }

    [Fact]
    public void It_asks_no_plugin_that_has_left_its_socket()
    {
        var path = Listen($"{Id}/cni.sock");
        File.Move(path, path + ".kept");
        _socket.Dispose(); // Which removes the file that it made.
        File.Move(path + ".kept", path);

        ManagedPlugin.SocketFor(Absent, _directory).Should().Be(Absent);
        ManagedPlugin.SocketFor(Absent, Path.Combine(_directory, "absent")).Should().Be(Absent);
    }

    private string Listen(string name)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen();
        return path;
    }
}
