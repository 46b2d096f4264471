using Bridge.Adapter.Leftovers;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Translation;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Leftovers;

/// <summary>Which empty files of host-local's store are removed after an ADD, and when.</summary>
public sealed class UnwrittenAddressesTests : IDisposable
{
    private static readonly DateTimeOffset Begun = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("networks-");
    private readonly UnwrittenAddresses _unwritten = new(TimeProvider.System, NullLogger<UnwrittenAddresses>.Instance);

    public UnwrittenAddressesTests()
    {
        _data.CreateSubdirectory("pods");
        Write("lock", "");
    }

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task The_empty_files_of_the_time_of_the_ADD_are_removed_and_no_others()
    {
        Write("10.88.0.2", "");
        Write("fd00::2", "");
        Write("10.88.0.3", "another\r\neth0");
        Write("10.88.0.4", "", Begun.AddMinutes(-1));
        Write("10.88.0.5", "", Begun.AddHours(1));
        Write("notes", "");

        await _unwritten.FreeAsync(Record());

        Names().Should().BeEquivalentTo("lock", "10.88.0.3", "10.88.0.4", "10.88.0.5", "notes");
    }

    [Fact]
    public async Task An_ADD_that_the_plugin_answered_left_none()
    {
        Write("10.88.0.2", "");

        await _unwritten.FreeAsync(Record() with { Result = CniRecord.ToElement("""{ "cniVersion": "1.0.0" }"""u8.ToArray()) });

        Names().Should().Contain("10.88.0.2");
    }

    [Fact]
    public async Task A_file_whose_plugin_still_has_the_lock_is_not_removed_before_the_plugin_has_written_it()
    {
        Write("10.88.0.2", "");
        using var plugin = LibC.Open(PathOf("lock"));
        LibC.TryLock(plugin).Should().BeTrue();

        var freeing = _unwritten.FreeAsync(Record());
        freeing.IsCompleted.Should().BeFalse();
        Write("10.88.0.2", "another\r\neth0");
        plugin.Dispose();
        await freeing;

        Names().Should().Contain("10.88.0.2");
    }

    [Fact]
    public async Task A_store_without_empty_files_is_not_locked()
    {
        Write("10.88.0.3", "another\r\neth0");
        using var plugin = LibC.Open(PathOf("lock"));
        LibC.TryLock(plugin).Should().BeTrue();

        await _unwritten.FreeAsync(Record());

        Names().Should().Contain("10.88.0.3");
    }

    private AttachmentRecord Record() => Records.Joined("e1") with
    {
        Phase = AttachmentPhase.Deleting,
        Since = Begun,
        Configuration = CniRecord.ToElement(Conflists.Parse($$"""
            { "cniVersion": "1.0.0", "name": "pods",
              "plugins": [ { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.88.0.0/16", "dataDir": "{{_data.FullName}}" } } ] }
            """).ToUtf8Json()),
    };

    private IEnumerable<string> Names() => Directory.GetFiles(PathOf("")).Select(path => Path.GetFileName(path)!);

    private void Write(string name, string content) => Write(name, content, Begun.AddSeconds(1));

    private void Write(string name, string content, DateTimeOffset time)
    {
        File.WriteAllText(PathOf(name), content);
        File.SetLastWriteTimeUtc(PathOf(name), time.UtcDateTime);
    }

    private string PathOf(string name) => Path.Combine(_data.FullName, "pods", name);
}
