using System.Text;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Ui.Picture;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>What differs is sent, and nothing else.</summary>
public sealed class PictureStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly PictureState _picture = new("node-1");

    [Fact]
    public void Nothing_is_sent_where_nothing_differs()
    {
        Replace(Pictures.Everybody).Should().NotBeNull();

        Replace(Pictures.Everybody).Should().BeNull();
        _picture.Sequence.Should().Be(1);
    }

    [Fact]
    public void A_change_has_the_members_that_differ_and_the_keys_of_those_that_are_gone()
    {
        Replace(Pictures.Containers(3));
        var two = Pictures.Containers(3);
        var changed = two with
        {
            Endpoints = [two.Endpoints[0] with { State = "deleting" }, two.Endpoints[1]],
            CniNetworks = [two.CniNetworks[0] with { Neighbours = [.. two.CniNetworks[0].Neighbours.Take(2)] }],
        };

        var change = Replace(changed)!;

        Encoding.UTF8.GetString(change).Should().StartWith("event: change\n");
        var json = Pictures.Json(change);
        json.GetProperty("sequence").GetInt64().Should().Be(2);
        json.GetProperty("removed").EnumerateArray().Select(key => key.GetString()).Should().Equal("e:e2");
        json.GetProperty("set").EnumerateObject().Select(part => part.Name).Should().Equal("members");
        var member = json.GetProperty("set").GetProperty("members").EnumerateArray().Should().ContainSingle().Subject;
        (member.GetProperty("key").GetString(), member.GetProperty("state").GetString()).Should().Be(("e:e0", "deleting"));
    }

    [Fact]
    public void Changes_one_after_the_other_lead_to_the_whole_picture()
    {
        Replace(Pictures.Containers(60));
        var members = Pictures.Json(_picture.Whole()).GetProperty("members").EnumerateArray()
            .ToDictionary(member => member.GetProperty("key").GetString()!, member => member.GetRawText());
        foreach (var count in new[] { 61, 58, 64, 59 })
        {
            var json = Pictures.Json(Replace(Pictures.Containers(count))!);
            foreach (var key in json.GetProperty("removed").EnumerateArray())
                members.Remove(key.GetString()!).Should().BeTrue();

            foreach (var member in json.GetProperty("set").TryGetProperty("members", out var set) ? set.EnumerateArray() : [])
                members[member.GetProperty("key").GetString()!] = member.GetRawText();
        }

        var whole = Pictures.Json(_picture.Whole());
        whole.GetProperty("members").EnumerateArray().Select(member => member.GetRawText()).Should().BeEquivalentTo(members.Values);
        whole.GetProperty("sequence").GetInt64().Should().Be(5);
    }

    [Fact]
    public void Where_most_differs_the_whole_picture_is_sent()
    {
        Replace(Pictures.Empty);

        Encoding.UTF8.GetString(Replace(Pictures.Containers(200))!).Should().StartWith("event: picture\n");
    }

    [Theory]
    [InlineData("</script><img src=x onerror=alert(1)>")]
    [InlineData("line\nevent: happened\ndata: {}\n\n")]
    [InlineData("\u202e\0\"\\")]
    public void A_hostile_name_is_one_JSON_string_in_one_line(string name)
    {
        var status = Pictures.Empty with
        {
            CniNetworks = [Pictures.Empty.CniNetworks[0] with { Neighbours = [new(AddressOwnerKind.Pod, name, "p1", null, [])] }],
        };

        Replace(Pictures.Empty);

        var change = Replace(status)!;

        Encoding.UTF8.GetString(change).Count(letter => letter == '\n').Should().Be(3);
        Pictures.Json(change).GetProperty("set").GetProperty("members")[0].GetProperty("name").GetString().Should().Be(name);
    }

    [Fact]
    public void Silence_keeps_the_last_members_with_the_reason()
    {
        Replace(Pictures.Everybody);
        var members = _picture.Members.Count;

        var change = Pictures.Json(_picture.Replace(Composition.Silent(Pictures.Content(Pictures.Everybody), "Nothing answers."), Now)!);

        change.GetProperty("set").TryGetProperty("members", out _).Should().BeFalse();
        change.GetProperty("removed").GetArrayLength().Should().Be(0);
        change.GetProperty("set").GetProperty("daemon").GetProperty("problem").GetString().Should().Be("Nothing answers.");
        _picture.Members.Should().HaveCount(members);
    }

    private byte[]? Replace(StatusResponse status) => _picture.Replace(Pictures.Content(status), Now);
}
