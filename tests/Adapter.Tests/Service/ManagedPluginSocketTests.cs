using System.Net.Sockets;
using Bridge.Adapter.Service;

namespace Bridge.Adapter.Tests.Service;

/// <summary>A command on the host, where cnm-cni runs as a managed plugin of Docker.</summary>
public sealed class ManagedPluginSocketTests : IDisposable
{
    private const string Id = "b8b30d350c7852bbd22b7e6928c7e85d73daa28ffe73992769886a18666a5660";

    private readonly string _directory = Directory.CreateTempSubdirectory("p-").FullName;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_socket_of_a_plugin_that_answers_is_named()
    {
        var path = Listen($"{Id}/cni.sock");

        ManagedPlugin.AdviceFor("/run/docker/plugins/cni.sock", _directory).Should()
            .Contain($"listens on {path}").And.Contain($"`socket: {path}`");
        ManagedPlugin.IdOf(path).Should().Be(Id);
    }

    [Theory]
    [InlineData($"{Id}/other.sock")]
    [InlineData("other/cni.sock")]
    public void Other_plugins_are_not_named(string socket)
    {
        Listen(socket);

        ManagedPlugin.AdviceFor("/run/docker/plugins/cni.sock", _directory).Should().BeNull();
    }

    [Fact]
    public void A_socket_that_a_plugin_has_left_is_not_named()
    {
        var path = Listen($"{Id}/cni.sock");
        File.Move(path, path + ".kept");
        _socket.Dispose(); // Which removes the file that it made.
        File.Move(path + ".kept", path);

        ManagedPlugin.AdviceFor("/run/docker/plugins/cni.sock", _directory).Should().BeNull();
        ManagedPlugin.AdviceFor("/run/docker/plugins/cni.sock", Path.Combine(_directory, "absent")).Should().BeNull();
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
