using Microsoft.Extensions.Time.Testing;

namespace CniInvoker.Tests.Configuration;

/// <summary>A directory is not read again while nothing in it has changed, and at once when something has.</summary>
public sealed class UnchangedDirectoryTests : IDisposable
{
    private const string List = """{"name":"pods","plugins":[{"type":"a"}]}""";

    // The kernel's clock tick: two changes within one have the same time.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("cni-net-").FullName;
    private readonly ConfigurationDirectory _configurations;

    public UnchangedDirectoryTests()
    {
        _configurations = new ConfigurationDirectory(_directory, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddSeconds(10)));
        Write("pods.conflist", List);
        Write("pods/10.conf", """{"type":"b"}""");
        Write("other.conf", """{"name":"other","type":"a"}""");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_has_not_changed_is_not_read_again() => _configurations.Load().Should().BeSameAs(_configurations.Load());

    [Fact]
    public void What_has_changed_within_two_seconds_is_read_again()
    {
        var now = new ConfigurationDirectory(_directory, TimeProvider.System);

        now.Load().Should().NotBeSameAs(now.Load());
    }

    [Theory]
    [InlineData("written over", "pods c b;other a")]
    [InlineData("replaced", "pods c b;other a")]
    [InlineData("removed", "other a")]
    [InlineData("added", "new a;pods a b;other a")]
    [InlineData("a plugin of its own written over", "pods a c;other a")]
    [InlineData("a plugin of its own added", "pods a b d;other a")]
    [InlineData("a link's target changed", "pods a b;other a;linked z")]
    public async Task A_change_is_seen_at_once(string change, string expected)
    {
        var target = Path.Combine(_directory, "pods", "target.text");
        if (change == "a link's target changed")
        {
            Write("pods/target.text", """{"name":"linked","type":"y"}""");
            File.CreateSymbolicLink(Path.Combine(_directory, "x.conf"), target);
        }

        var before = _configurations.Load();
        await Task.Delay(Tick, Cancellation);

        Change(change, target);

        var after = _configurations.Load();
        Text(after).Should().BeEquivalentTo(expected.Split(';')).And.NotBeEquivalentTo(Text(before));
    }

    [Fact]
    public async Task A_file_that_every_user_may_write_to_is_reported_at_once()
    {
        _configurations.Load().Warnings.Should().BeEmpty();
        await Task.Delay(Tick, Cancellation);

        File.SetUnixFileMode(Path.Combine(_directory, "other.conf"), (UnixFileMode)0b110_110_110);

        _configurations.Load().Warnings.Should().ContainSingle();
    }

    private void Change(string change, string target)
    {
        const string Changed = """{"name":"pods","plugins":[{"type":"c"}]}"""; // As long as the old one.
        switch (change)
        {
            case "written over":
                Write("pods.conflist", Changed);
                break;
            case "replaced":
                Write("next", Changed);
                File.SetLastWriteTimeUtc(
                    Path.Combine(_directory, "next"), File.GetLastWriteTimeUtc(Path.Combine(_directory, "pods.conflist")));
                File.Move(Path.Combine(_directory, "next"), Path.Combine(_directory, "pods.conflist"), overwrite: true);
                break;
            case "removed":
                File.Delete(Path.Combine(_directory, "pods.conflist"));
                break;
            case "added":
                Write("new.conf", """{"name":"new","type":"a"}""");
                break;
            case "a plugin of its own written over":
                Write("pods/10.conf", """{"type":"c"}""");
                break;
            case "a plugin of its own added":
                Write("pods/20.conf", """{"type":"d"}""");
                break;
            default:
                File.WriteAllText(target, """{"name":"linked","type":"z"}""");
                break;
        }
    }

    private static IEnumerable<string> Text(ConfigurationDirectoryContents contents) => contents.Networks.Select(
        network => $"{network.Name} {string.Join(' ', network.Plugins.Select(plugin => plugin.Type))}");

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
