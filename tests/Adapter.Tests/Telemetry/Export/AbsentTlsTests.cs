using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Telemetry.Export;

/// <summary>
/// An endpoint with https where OpenSSL cannot be loaded, as in a container on a host without it. .NET would end the process at the first
/// request.
/// </summary>
public sealed class AbsentTlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tls-").FullName;

    public AbsentTlsTests()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Needs root.");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Spans_are_not_sent_and_the_daemon_serves_until_it_is_stopped()
    {
        File.WriteAllText(Path.Combine(_directory, "settings.yaml"), $$"""
            socket: {{_directory}}/cni.sock
            stateDirectory: {{_directory}}/state
            runDirectory: {{_directory}}/run
            configurationDirectory: {{_directory}}
            dockerSocket: {{_directory}}/no-docker.sock
            criSocket: {{_directory}}/no-containerd.sock
            traces: { endpoint: 'https://127.0.0.1:9' }
            """);

        // An empty file in place of each. Without --foreground the daemon gets two signals, the second perhaps when it has stopped.
        var served = Tool.Run("unshare", "--mount", "--net", "--propagation", "private", "sh", "-euc", $"""
            for library in $(ldconfig -p | sed -n 's,.* => \(/.*/libssl[.]so[.].*\),\1,p'); do mount --bind /dev/null $library; done
            timeout --foreground --preserve-status 8 {DaemonProcess.Program} serve --config {_directory}/settings.yaml 2>&1 && exit=0 || exit=$?
            echo exit=$exit
            """);

        served.Should().Contain("No spans are sent").And.Contain("needs OpenSSL").And.Contain("Serving as Docker network driver")
            .And.EndWith("exit=0\n");
    }
}
